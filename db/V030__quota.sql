-- What tenants may use: quota classes and where a tenant's limits differ. Rebuilt from the journal at any time.
-- What is used is no row: the budget is an aggregate, its ledger the journal.

create schema quota;
grant usage on schema quota to firebreak_app, firebreak_system;

-- Quota classes belong to the fleet, which is a tenant like any other here.
create table quota.quota_class (
    tenant_id            text   not null,
    name                 text   not null,
    version              bigint not null,
    requests_per_second  bigint not null,
    burst                bigint not null,
    concurrent_runs      bigint not null,
    tool_calls_per_day   bigint not null,
    weight               bigint not null,
    max_parallel_actions bigint not null,
    queued_actions       bigint not null,
    primary key (tenant_id, name)
);

create table quota.limit_override (
    tenant_id   text   not null,
    limit_name  text   not null,
    layer       text   not null,
    limit_value bigint not null,
    version     bigint not null,
    primary key (tenant_id, limit_name, layer)
);

call journal.guard('quota.quota_class');
call journal.guard('quota.limit_override');
grant insert, update, delete on quota.quota_class, quota.limit_override to firebreak_app;
