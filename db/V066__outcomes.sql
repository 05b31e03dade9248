-- Arguments of actions whose tenant does not want them in its journal, until the action has ended.
-- The journal writer keeps the rows, in the transaction of the events they go with.

create table execution.payload (
    tenant_id text collate "C" not null,
    action    text collate "C" not null,
    arguments text not null,
    primary key (tenant_id, action)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 100, autovacuum_vacuum_cost_delay = 0);

call journal.guard('execution.payload');
grant select, insert, delete on execution.payload to firebreak_journal;
create policy written_with_events on execution.payload to firebreak_journal using (true) with check (true);

-- What an action was charged for is given back if it turns out not to have been done.
grant update (tokens, cost_micros, storage_bytes) on quota.spent to firebreak_journal;

-- Of those whose outcome nobody ever finds out, the platform forgets it with the action's row.
grant delete on execution.payload to firebreak_app;
