-- Which secrets there are, what is sealed here, what was leased, and the fences that end leases.

-- What a tenant sealed, written before the event that tells of it: without a version beside it, nobody can use it.
create table secrets.sealed_value (
    tenant_id  text collate "C" not null,
    secret     text collate "C" not null,
    version    bigint not null,
    sealed     bytea not null,
    created_at timestamptz not null,
    primary key (tenant_id, secret, version)
);

-- Versions in force, written with the events that say so; gone with those that end them.
create table secrets.version (
    tenant_id      text collate "C" not null,
    secret         text collate "C" not null,
    version        bigint not null,
    root           bigint not null,
    system         text not null,
    kind           text not null,
    digest         text,
    may_be_private boolean not null,
    works_until    timestamptz,
    primary key (tenant_id, secret, version)
);
create index version_overlap on secrets.version (works_until) where works_until is not null;

-- Leases as they were issued, and what became of them.
create table secrets.lease (
    tenant_id   text collate "C" not null,
    lease       text collate "C" not null,
    action      text not null,
    run         text,
    agent       text,
    agent_class text not null,
    workspace   text,
    secret      text collate "C" not null,
    version     bigint not null,
    grant_id    text not null,
    system      text collate "C" not null,
    operation   text not null,
    destination text not null,
    mode        text not null,
    fence       bigint not null,
    issued_at   timestamptz not null,
    expires_at  timestamptz not null,
    uses        bigint not null default 0,
    outcome     text,
    ended_at    timestamptz,
    primary key (tenant_id, lease)
);
create index lease_of_secret on secrets.lease (tenant_id, secret, lease);
create index lease_of_system on secrets.lease (tenant_id, system, lease);
create index lease_of_agent on secrets.lease (tenant_id, agent, lease);
create index lease_issued on secrets.lease (issued_at);

-- The newest fence of each scope, written with the event that revokes: no lease older than it may be used.
create table secrets.fence (
    tenant_id  text collate "C" not null,
    scope      text collate "C" not null,
    key        text collate "C" not null,
    fence      bigint not null,
    revoked_at timestamptz not null,
    primary key (tenant_id, scope, key)
);
create index fence_lately on secrets.fence (revoked_at);

call journal.guard('secrets.sealed_value');
call journal.guard('secrets.version');
call journal.guard('secrets.lease');
call journal.guard('secrets.fence');

-- The system's role sweeps what nobody tells of, and needs no value for it.
revoke select on secrets.sealed_value from firebreak_system;
grant select (tenant_id, secret, version, created_at) on secrets.sealed_value to firebreak_system;
grant insert, delete on secrets.sealed_value to firebreak_app;
grant select (tenant_id, secret, version), delete on secrets.sealed_value to firebreak_journal;
create policy ended_with_events on secrets.sealed_value to firebreak_journal using (true);

grant select, insert, update, delete on secrets.version to firebreak_journal;
create policy written_with_events on secrets.version to firebreak_journal using (true) with check (true);

grant select, insert, update on secrets.lease to firebreak_journal;
create policy written_with_events on secrets.lease to firebreak_journal using (true) with check (true);
grant delete on secrets.lease to firebreak_app;

grant select, insert, update on secrets.fence to firebreak_journal;
create policy written_with_events on secrets.fence to firebreak_journal using (true) with check (true);
