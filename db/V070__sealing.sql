-- How what tenants keep here is sealed: one data key a tenant, wrapped by a key that is kept outside of the database.

create schema secrets;
grant usage on schema secrets to firebreak_app, firebreak_system, firebreak_journal;

-- Which keys wrap data keys, by name: the one promoted last wraps new ones. The keys themselves are never here; of each there
-- is something it has sealed, so that a wrong key is found at the start. All rows are the fleet's.
create table secrets.wrapping_key (
    tenant_id    text collate "C" not null,
    wrapping_key text collate "C" not null,
    promoted     bigint generated always as identity,
    check_value  bytea not null,
    created_at   timestamptz not null,
    primary key (tenant_id, wrapping_key)
);

create table secrets.data_key (
    tenant_id    text collate "C" not null,
    wrapping_key text collate "C" not null,
    wrapped      bytea not null,
    created_at   timestamptz not null,
    primary key (tenant_id)
);
create index data_key_by_wrapping_key on secrets.data_key (wrapping_key, tenant_id);

call journal.guard('secrets.wrapping_key');
call journal.guard('secrets.data_key');

-- The first one is written at the first start; the others with the events that say so.
grant insert, update, delete on secrets.wrapping_key to firebreak_system;
create policy kept_by_platform on secrets.wrapping_key to firebreak_system using (true) with check (true);
grant select, insert on secrets.wrapping_key to firebreak_journal;
create policy written_with_events on secrets.wrapping_key to firebreak_journal using (true) with check (true);

-- Read by its own tenant's transactions alone: background work sees who has one and what wraps it, and may put another in.
revoke select on secrets.data_key from firebreak_system;
grant select (tenant_id, wrapping_key), insert, update (wrapping_key, wrapped) on secrets.data_key to firebreak_system;
create policy made_by_platform on secrets.data_key for insert to firebreak_system with check (true);
create policy wrapped_by_platform on secrets.data_key for update to firebreak_system using (true) with check (true);

-- What signs webhooks was kept as it is, and is sealed from now on. Webhooks of before sign nothing: register them again.
truncate execution.webhook_secret;
alter table execution.webhook_secret drop column secret, add column secret bytea not null;
