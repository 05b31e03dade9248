-- The target systems of each tenant, in the version in force. Rebuilt from the journal at any time.

create schema if not exists execution;
grant usage on schema execution to firebreak_app, firebreak_system;

create table execution.connector (
    tenant_id  text        not null,
    system     text        not null,
    version    bigint      not null,
    digest     text        not null,
    document   jsonb       not null,
    defined_at timestamptz not null,
    defined_by text,
    primary key (tenant_id, system)
);

call journal.guard('execution.connector');
grant insert, update, delete on execution.connector to firebreak_app;
