-- Runs and actions where they stand, the durable queue, and used idempotency keys.
-- The journal writer keeps all of it, in the transaction of the events it follows from; nobody else writes here.

create schema execution;
grant usage on schema execution to firebreak_app, firebreak_system, firebreak_journal;

-- What waits or runs. Rows live briefly and change once (started_at): room on the page keeps that change off the index.
create table execution.queue_entry (
    tenant_id   text   collate "C" not null,
    action      text   collate "C" not null,
    pool        text   not null,
    system      text   not null,
    operation   text   not null,
    cost        bigint not null,
    bulkhead    bigint not null,
    quota_class text   not null,
    context     text   not null,
    queued_at   timestamptz not null,
    started_at  timestamptz,
    primary key (tenant_id, action)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);

create table execution.idempotency (
    tenant_id      text collate "C" not null,
    key            text collate "C" not null,
    action         text not null,
    request_digest text not null,
    created_at     timestamptz not null,
    constraint idempotency_pkey primary key (tenant_id, key)
);

-- What an action's row changes (state, cause, updated_at) is in no index, so that it is changed in place.
create table execution.action (
    tenant_id   text collate "C" not null,
    action      text collate "C" not null,
    run         text collate "C" not null,
    agent       text not null,
    workspace   text not null,
    system      text not null,
    operation   text not null,
    state       text not null,
    cause_owner text,
    cause       text,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    primary key (tenant_id, action)
) with (fillfactor = 80);
create index action_of_run on execution.action (tenant_id, run, action);

create table execution.run (
    tenant_id  text collate "C" not null,
    run        text collate "C" not null,
    agent      text not null,
    workspace  text not null,
    state      text not null,
    started_at timestamptz not null,
    ended_at   timestamptz,
    primary key (tenant_id, run)
) with (fillfactor = 80);
create index run_by_start on execution.run (tenant_id, started_at, run);

call journal.guard('execution.queue_entry');
call journal.guard('execution.idempotency');
call journal.guard('execution.action');
call journal.guard('execution.run');

grant select, insert, update, delete on execution.queue_entry to firebreak_journal;
grant select, insert on execution.idempotency to firebreak_journal;
grant select, insert, update on execution.action, execution.run to firebreak_journal;
create policy written_with_events on execution.queue_entry to firebreak_journal using (true) with check (true);
create policy written_with_events on execution.idempotency to firebreak_journal using (true) with check (true);
create policy written_with_events on execution.action to firebreak_journal using (true) with check (true);
create policy written_with_events on execution.run to firebreak_journal using (true) with check (true);
