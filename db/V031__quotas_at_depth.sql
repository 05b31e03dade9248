-- Limits of more kinds and scopes, and what each settled action spent.

alter table quota.quota_class add column counted text not null default '{}';

alter table quota.limit_override add column scope text not null default 'tenant';
alter table quota.limit_override drop constraint limit_override_pkey;
alter table quota.limit_override add primary key (tenant_id, scope, limit_name, layer);

-- One row an action, written by the journal writer in the transaction of its settlement.
create table quota.spent (
    tenant_id     text   collate "C" not null,
    action        text   collate "C" not null,
    day           date   not null,
    run           text   not null,
    agent         text   not null,
    workspace     text   not null,
    operation     text   not null,
    tool_calls    bigint not null,
    high_risk     bigint not null,
    tokens        bigint not null,
    cost_micros   bigint not null,
    storage_bytes bigint not null,
    primary key (tenant_id, action)
);
create index spent_by_day on quota.spent (tenant_id, day);

call journal.guard('quota.spent');
grant usage on schema quota to firebreak_journal;
grant select, insert on quota.spent to firebreak_journal;
create policy written_with_events on quota.spent to firebreak_journal using (true) with check (true);
