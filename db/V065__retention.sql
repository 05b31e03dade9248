-- How long ended actions stay among those that can be listed, where a tenant's policy says so. Rebuilt from the journal.

create table execution.retention (
    tenant_id   text   not null,
    action_days bigint not null,
    primary key (tenant_id)
);

call journal.guard('execution.retention');
grant insert, update, delete on execution.retention to firebreak_app;

-- What is old is forgotten here by the platform itself; the journal keeps it.
grant delete on execution.action, execution.idempotency, execution.approval to firebreak_app;
