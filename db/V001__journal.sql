-- The action journal: every event of every tenant, snapshots and the positions of projections.
-- The roles firebreak_app, firebreak_system and firebreak_journal exist before the first migration.

create schema journal;
grant usage on schema journal to firebreak_app, firebreak_system, firebreak_journal;

-- Guards one table: forced row-level security, so that not even the owner sees rows without naming a tenant.
--   firebreak_app      serves requests; sees and writes the rows of the tenant set for its transaction, else none
--   firebreak_system   background work of the platform itself (key lookup, recovery, tailing the journal); reads all
--   firebreak_journal  the journal writer; many tenants in one statement
create procedure journal.guard(guarded regclass)
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', guarded);
    execute format('alter table %s force row level security', guarded);
    execute format('create policy of_tenant on %s to firebreak_app
        using (tenant_id = current_setting(''app.tenant'', true))
        with check (tenant_id = current_setting(''app.tenant'', true))', guarded);
    execute format('create policy of_platform on %s for select to firebreak_system using (true)', guarded);
    execute format('grant select on %s to firebreak_app, firebreak_system', guarded);
end
$$;

create table journal.event (
    tenant_id            text   not null,
    tenant_seq           bigint not null,
    global_index         bigint generated always as identity (sequence name journal.event_global_index) not null,
    aggregate_identifier text   not null,
    sequence_number      bigint not null,
    type                 text,
    event_identifier     text   not null,
    time_stamp           timestamptz not null,
    payload_type         text   not null,
    payload_revision     text,
    agent_id             text,
    run_id               text,
    payload              bytea  not null,
    meta_data            bytea  not null,
    primary key (tenant_id, tenant_seq),
    constraint event_aggregate_sequence unique (aggregate_identifier, sequence_number)
);
create unique index event_global_index_key on journal.event (global_index);

create table journal.snapshot (
    tenant_id            text   not null,
    aggregate_identifier text   not null,
    sequence_number      bigint not null,
    type                 text,
    event_identifier     text   not null,
    time_stamp           timestamptz not null,
    payload_type         text   not null,
    payload_revision     text,
    payload              bytea  not null,
    meta_data            bytea  not null,
    primary key (tenant_id, aggregate_identifier, sequence_number)
);

call journal.guard('journal.event');
call journal.guard('journal.snapshot');

-- Only the writer appends events; nobody changes or deletes one.
grant insert on journal.event to firebreak_journal;
create policy append on journal.event for insert to firebreak_journal with check (true);
create policy look_up on journal.event for select to firebreak_journal using (true);
grant select on journal.event to firebreak_journal;

grant insert, delete on journal.snapshot to firebreak_app;

-- Positions of projections belong to no tenant.
create table journal.token (
    processor_name text    not null,
    segment        integer not null,
    token          bytea,
    token_type     text,
    timestamp      text,
    owner          text,
    primary key (processor_name, segment)
);
grant select, insert, update, delete on journal.token to firebreak_app;
