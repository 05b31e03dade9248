-- Which tenants have a budget, so that a start looks at old reservations of all of them.
-- The journal writer keeps it, in the transaction of the event that opens the budget; nobody else writes here.

create table quota.budget (
    tenant_id text collate "C" not null,
    primary key (tenant_id)
);

call journal.guard('quota.budget');

grant select, insert on quota.budget to firebreak_journal;
create policy written_with_events on quota.budget to firebreak_journal using (true) with check (true);

-- Whoever settled before has one.
insert into quota.budget select distinct tenant_id from quota.spent on conflict do nothing;
