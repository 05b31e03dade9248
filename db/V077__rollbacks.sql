-- Plans to undo: which there are, and which are being executed. What they say is in the journal.
-- The journal writer keeps the rows, in the transaction of the events they follow from.

create table execution.rollback (
    tenant_id  text collate "C" not null,
    rollback   text collate "C" not null,
    state      text not null,
    planned_at timestamptz not null,
    planned_by text not null,
    primary key (tenant_id, rollback)
);
create index rollback_running on execution.rollback (tenant_id, rollback) where state = 'running';

call journal.guard('execution.rollback');
grant select, insert, update on execution.rollback to firebreak_journal;
create policy written_with_events on execution.rollback to firebreak_journal using (true) with check (true);
