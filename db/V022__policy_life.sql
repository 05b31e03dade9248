-- The life of a version: what it was made from, whether it decides or is only tried out, and when its rules end.

alter table policy.policy_version
    add column from_version bigint,
    add column mode         text not null default 'enforced';

-- The next end of a rule, for each profile whose version in force has one.
create table policy.rule_expiry (
    tenant_id text        not null,
    profile   text        not null,
    due_at    timestamptz not null,
    primary key (tenant_id, profile)
);

create index rule_expiry_due on policy.rule_expiry (due_at);

call journal.guard('policy.rule_expiry');
grant insert, update, delete on policy.rule_expiry to firebreak_app;
