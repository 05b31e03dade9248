-- Keys of what agents sent and got: one a tenant and day. Destroying one makes all that it sealed unreadable for ever.

-- Each is sealed with its tenant's data key. What is destroyed leaves its name and its time, and is not made again.
create table secrets.content_key (
    tenant_id    text collate "C" not null,
    period       text collate "C" not null,
    sealed       bytea,
    created_at   timestamptz not null,
    destroyed_at timestamptz,
    primary key (tenant_id, period),
    constraint content_key_there_or_destroyed check ((sealed is null) = (destroyed_at is not null))
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1);
create index content_key_destroyed on secrets.content_key (destroyed_at) where destroyed_at is not null;
create index content_key_of_day on secrets.content_key (period);

-- Tenants for whom no key will ever be made again.
create table secrets.erased_tenant (
    tenant_id text collate "C" not null,
    erased_at timestamptz not null,
    primary key (tenant_id)
);

call journal.guard('secrets.content_key');
call journal.guard('secrets.erased_tenant');

-- The system's role makes keys, and needs none of them.
revoke select on secrets.content_key from firebreak_system;
grant select (tenant_id, period, created_at, destroyed_at), insert on secrets.content_key to firebreak_system;
create policy made_by_platform on secrets.content_key for insert to firebreak_system with check (true);

-- Destroyed in the transaction of the event that tells of it.
grant select, update on secrets.content_key to firebreak_journal;
create policy written_with_events on secrets.content_key to firebreak_journal using (true) with check (true);
grant select, insert on secrets.erased_tenant to firebreak_journal;
create policy written_with_events on secrets.erased_tenant to firebreak_journal using (true) with check (true);
grant select (tenant_id), delete on secrets.data_key to firebreak_journal;
create policy destroyed_with_events on secrets.data_key to firebreak_journal using (true) with check (true);
alter table secrets.data_key set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1);
