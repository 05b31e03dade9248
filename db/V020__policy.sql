-- What each tenant allows: every version of every profile, as it was published. Rebuilt from the journal at any time.

create schema policy;
grant usage on schema policy to firebreak_app, firebreak_system;

create table policy.policy_version (
    tenant_id    text        not null,
    profile      text        not null,
    version      bigint      not null,
    document     jsonb       not null,
    comment      text        not null,
    published_at timestamptz not null,
    published_by text,
    primary key (tenant_id, profile, version)
);

call journal.guard('policy.policy_version');
grant insert, update, delete on policy.policy_version to firebreak_app;
