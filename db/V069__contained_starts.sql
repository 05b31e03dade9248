-- No start is committed whose tenant's postures have changed since it was decided.

-- Takes no row: whoever would have to write one starts too late, and its transaction fails.
create table execution.late_start (
    tenant_id text collate "C" not null,
    action    text collate "C" not null,
    primary key (tenant_id, action),
    constraint late_start_is_refused check (false)
);
call journal.guard('execution.late_start');
grant select, insert on execution.late_start to firebreak_journal;
create policy written_with_events on execution.late_start to firebreak_journal using (true) with check (true);

-- What a containment may be set for, beside what is there already.
alter table execution.approval add column agent_class text, add column destination text, add column model text;
