-- Incidents for lists, and what their reports are counted from: one row an action, and what else is worth telling.

-- Written by the journal writer in the transaction of the events it follows from.
create table audit.incident (
    tenant_id   text collate "C" not null,
    incident    text collate "C" not null,
    title       text not null,
    severity    text not null,
    scope_kind  text not null,
    scope_key   text not null,
    begins_at   timestamptz not null,
    ends_at     timestamptz,
    opened_at   timestamptz not null,
    opened_by   text not null,
    closed_at   timestamptz,
    primary key (tenant_id, incident)
);

call journal.guard('audit.incident');
grant usage on schema audit to firebreak_journal;
grant select, insert, update on audit.incident to firebreak_journal;
create policy written_with_events on audit.incident to firebreak_journal using (true) with check (true);

-- What became of each action, counted from the journal behind the writers, never by them.
-- What changes after the decision is in no index, so that it is changed in place.
create table audit.action_fact (
    tenant_id         text collate "C" not null,
    action            text collate "C" not null,
    sequence          bigint,
    decided_at        timestamptz,
    run               text,
    agent             text,
    agent_class       text,
    workspace         text,
    system            text,
    operation         text,
    effect            text,
    destination       text,
    model             text,
    data_classes      text,
    policy_profile    text,
    policy_version    bigint,
    rules             text,
    state             text,
    cause_owner       text,
    cause_kind        text,
    cause_name        text,
    pool              text,
    queued_at         timestamptz,
    started_at        timestamptz,
    secret            text,
    left_at           timestamptz,
    written_at        timestamptz,
    last_sequence     bigint,
    requests          bigint,
    tool_calls        bigint,
    tokens            bigint,
    cost_micros       bigint,
    primary key (tenant_id, action)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);
create index action_fact_of_tenant on audit.action_fact (tenant_id, decided_at);
create index action_fact_of_all on audit.action_fact using brin (decided_at);

-- What happened beside actions: refusals before a decision, stops, warnings, changes of what decides.
create table audit.notable_fact (
    tenant_id text collate "C" not null,
    sequence  bigint not null,
    type      text not null,
    at        timestamptz not null,
    run       text,
    agent     text,
    principal text,
    code      text,
    counted   bigint not null,
    detail    text,
    primary key (tenant_id, sequence)
);
create index notable_fact_of_tenant on audit.notable_fact (tenant_id, at);
create index notable_fact_of_all on audit.notable_fact using brin (at);

-- How far each tenant's journal is counted.
create table audit.counted (
    tenant_id text collate "C" not null,
    sequence  bigint not null,
    primary key (tenant_id)
) with (fillfactor = 70);

call journal.guard('audit.action_fact');
call journal.guard('audit.notable_fact');
call journal.guard('audit.counted');
grant insert, update on audit.action_fact, audit.notable_fact, audit.counted to firebreak_app;

-- An event's JSON. PostgreSQL's type cannot hold the character U+0000; nothing that is counted has it, so it is left out.
create function audit.document(stored bytea) returns jsonb
language sql immutable parallel safe as $$
    select case
        when strpos(convert_from(stored, 'UTF8'), '\u0000') = 0 then convert_from(stored, 'UTF8')::jsonb
        else regexp_replace(convert_from(stored, 'UTF8'), '(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g')::jsonb
    end
$$;
