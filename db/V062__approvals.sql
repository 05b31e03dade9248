-- Actions that wait for people: where each stands, for lists, and when its time is over.
-- The journal writer keeps the rows, in the transaction of the events they follow from.

create table execution.approval (
    tenant_id    text collate "C" not null,
    action       text collate "C" not null,
    run          text not null,
    agent        text not null,
    workspace    text not null,
    system       text not null,
    operation    text not null,
    state        text not null,
    digest       text not null,
    requested_by text not null,
    requested_at timestamptz not null,
    expires_at   timestamptz not null,
    decided_at   timestamptz,
    decided_by   text,
    primary key (tenant_id, action)
);
-- Counted whenever one more is held.
create index approval_open on execution.approval (tenant_id, action) where state = 'open';

call journal.guard('execution.approval');
grant select, insert, update on execution.approval to firebreak_journal;
create policy written_with_events on execution.approval to firebreak_journal using (true) with check (true);

-- Whether the first answer to the key's request was that people have to agree.
alter table execution.idempotency add column held boolean not null default false;

-- db-scheduler's own table, as its authors define it. It holds no tenant's data but which action to look at.
create table execution.scheduled_task (
    task_name            text not null,
    task_instance        text not null,
    task_data            bytea,
    execution_time       timestamptz not null,
    picked               boolean not null,
    picked_by            text,
    last_success         timestamptz,
    last_failure         timestamptz,
    consecutive_failures int,
    last_heartbeat       timestamptz,
    version              bigint not null,
    priority             smallint,
    primary key (task_name, task_instance)
);
create index scheduled_task_execution_time on execution.scheduled_task (execution_time);
create index scheduled_task_last_heartbeat on execution.scheduled_task (last_heartbeat);
grant select, insert, update, delete on execution.scheduled_task to firebreak_system;
