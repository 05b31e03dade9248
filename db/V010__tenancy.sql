-- Who is asking: tenants, workspaces and agents for lists (made from events, rebuildable), and the keys in force.

create schema tenancy;
grant usage on schema tenancy to firebreak_app, firebreak_system, firebreak_journal;

create table tenancy.tenant (
    tenant_id   text        not null primary key,
    name        text        not null,
    quota_class text        not null,
    created_at  timestamptz not null
);

create table tenancy.workspace (
    tenant_id  text        not null,
    key        text        not null,
    name       text        not null,
    created_at timestamptz not null,
    primary key (tenant_id, key)
);

create table tenancy.agent (
    tenant_id      text        not null,
    key            text        not null,
    workspace      text        not null,
    agent_class    text        not null,
    trust_zone     text        not null,
    policy_profile text        not null,
    quota_class    text        not null,
    active         boolean     not null,
    created_at     timestamptz not null,
    primary key (tenant_id, key)
);

-- Written by the journal writer with the events, so that a key works, and stops, with the commit that says so.
create table tenancy.api_key (
    tenant_id  text        not null,
    key        text        not null,
    hash       text        not null,
    role       text        not null,
    agent      text,
    label      text        not null,
    created_at timestamptz not null,
    revoked_at timestamptz,
    primary key (tenant_id, key),
    constraint api_key_key unique (key),
    constraint api_key_operators_are_of_the_fleet check ((role = 'operator') = (tenant_id = 'fleet')),
    constraint api_key_agents_are_bound check ((role = 'agent') = (agent is not null))
);

create index api_key_revoked on tenancy.api_key (revoked_at) where revoked_at is not null;

call journal.guard('tenancy.tenant');
call journal.guard('tenancy.workspace');
call journal.guard('tenancy.agent');
call journal.guard('tenancy.api_key');

grant insert, update on tenancy.tenant, tenancy.workspace, tenancy.agent to firebreak_app;

grant select, insert, update on tenancy.api_key to firebreak_journal;
create policy of_journal on tenancy.api_key to firebreak_journal using (true) with check (true);
