-- What analysts query with SQL: views over the tables that serve, for logins that are bound to one tenant, or to the fleet.
-- Which tenant a login sees is written down here under the name it logged in with. No setting of a session changes that.

do $$
declare
    wanted text;
begin
    -- Roles belong to the whole server: another database of the platform's may have made them, or be making them now.
    perform pg_advisory_xact_lock(hashtext('firebreak roles'));
    foreach wanted in array array['firebreak_analytics', 'firebreak_analytics_fleet', 'firebreak_analyst',
        'firebreak_analyst_fleet']
    loop
        if not exists (select from pg_roles where rolname = wanted) then
            execute format('create role %I nologin', wanted);
        end if;
    end loop;
    -- Views are theirs, so that they see what these may see and no more; the platform's owner keeps them up to date.
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute 'grant firebreak_analytics, firebreak_analytics_fleet to current_user';
    end if;
end
$$;

create schema analytics;
create schema analytics_fleet;
grant usage on schema analytics to firebreak_analytics, firebreak_analytics_fleet, firebreak_analyst, firebreak_analyst_fleet;
grant usage on schema analytics_fleet to firebreak_analytics_fleet, firebreak_analyst_fleet;

create table analytics.login (
    tenant_id   text not null,
    login       name not null,
    admitted_at timestamptz not null default now(),
    primary key (tenant_id, login),
    constraint login_sees_one_tenant unique (login)
);
call journal.guard('analytics.login');
grant usage on schema analytics to firebreak_app, firebreak_system;
create policy kept_by_owner on analytics.login to current_user using (true) with check (true);

-- The tenant that whoever is logged in may see; null for everybody else.
create function analytics.tenant() returns text
language sql stable security definer set search_path = pg_catalog as $$
    select tenant_id from analytics.login where login = session_user
$$;

-- Both are run by the owner of the database. The login is made before, by whoever runs the server, with a password of its own.
create procedure analytics.admit(login name, tenant text)
language plpgsql set search_path = pg_catalog as $$
declare
    fleet constant boolean := tenant = 'fleet';
begin
    if not exists (select from pg_roles where rolname = login and rolcanlogin) then
        raise exception 'There is no login %: create it first, with a password', login;
    end if;
    if exists (select from pg_roles r where r.rolname = login
            and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolname like 'firebreak%'))
        or exists (select from pg_auth_members m join pg_roles r on r.oid = m.member
            where r.rolname = login and m.roleid::regrole::text not in ('firebreak_analyst', 'firebreak_analyst_fleet'))
    then
        raise exception 'Login % may do more than an analyst: make one that may do nothing', login;
    end if;
    insert into analytics.login (tenant_id, login) values (tenant, login);
    execute format('grant %I to %I', case when fleet then 'firebreak_analyst_fleet' else 'firebreak_analyst' end, login);
    execute format('alter role %I set search_path = %I', login, case when fleet then 'analytics_fleet' else 'analytics' end);
    execute format('alter role %I set default_transaction_read_only = on', login);
    execute format('alter role %I set statement_timeout = ''60s''', login);
end
$$;

create procedure analytics.dismiss(who name)
language plpgsql set search_path = pg_catalog as $$
begin
    delete from analytics.login where login = who;
    if exists (select from pg_roles where rolname = who) then
        execute format('revoke firebreak_analyst, firebreak_analyst_fleet from %I', who);
    end if;
    perform pg_terminate_backend(pid) from pg_stat_activity where usename = who;
end
$$;

revoke execute on procedure analytics.admit(name, text), analytics.dismiss(name) from public;
revoke execute on function analytics.tenant() from public;
-- Policies call it as whoever asks, whosever the view is.
grant execute on function analytics.tenant() to firebreak_analyst;

-- Each decision of an action as it stands in the journal; whoever asks sees what they may see of the journal.
create view audit.decision with (security_invoker = true) as
select e.tenant_id, e.tenant_seq, d.action, e.run_id, e.agent_id, e.time_stamp, e.payload_type,
    case e.payload_type when 'action_queued' then 'queued' when 'action_released' then 'queued'
        when 'action_refused' then d.state when 'approval_requested' then 'approval_required'
        else 'approval_required' end as state,
    d.requested ->> 'system' as system,
    (d.requested ->> 'system') || '/' || (d.requested ->> 'operation') as operation,
    d.requested ->> 'effect' as effect,
    (d.ruling ->> 'version')::bigint as policy_version,
    d.ruling #>> '{rules,0,rule}' as rule,
    d.ruling #>> '{rules,0,layer}' as layer,
    d.cause ->> 'owner' as cause_owner,
    d.cause ->> 'kind' as cause_kind,
    d.cause ->> 'limit' as cause_limit
from journal.event e
cross join lateral (
    select p ->> 'action' as action, p ->> 'state' as state, p -> 'requested' as requested, p -> 'ruling' as ruling,
        p -> 'cause' as cause
    from (select convert_from(e.payload, 'UTF8')::json as p) as payload) as d
where e.payload_type in ('action_queued', 'action_refused', 'action_held', 'approval_requested', 'action_released');

grant select on audit.decision to firebreak_app;
grant usage on schema journal, execution, quota, policy, secrets, tenancy
    to firebreak_analytics, firebreak_analytics_fleet;

do $$
declare
    seen record;
    side record;
    named record;
begin
    -- What the views may read: these columns, of one tenant's rows or, for the fleet, of all.
    for seen in select * from (values
        ('execution.action', 'tenant_id, action, run, agent, workspace, system, operation, state, cause_owner, cause,'
            ' created_at, updated_at'),
        ('execution.run', 'tenant_id, run, agent, workspace, state, started_at, ended_at, parent_run'),
        ('execution.approval', 'tenant_id, action, run, agent, workspace, system, operation, state, requested_by,'
            ' requested_at, expires_at, decided_at, decided_by'),
        ('execution.connector', 'tenant_id, system, version, digest, defined_at, defined_by'),
        ('quota.spent', 'tenant_id, action, day, run, agent, workspace, operation, tool_calls, high_risk, tokens,'
            ' cost_micros, storage_bytes'),
        ('policy.policy_version', 'tenant_id, profile, version, comment, published_at, published_by, from_version, mode'),
        ('secrets.lease', 'tenant_id, lease, action, run, agent, agent_class, workspace, secret, version, system, operation,'
            ' destination, mode, issued_at, expires_at, uses, outcome, ended_at'),
        ('tenancy.tenant', 'tenant_id, name, quota_class, created_at'),
        ('tenancy.agent', 'tenant_id, key, workspace, agent_class, trust_zone, policy_profile, quota_class, active,'
            ' created_at'),
        ('journal.event', 'tenant_id, tenant_seq, time_stamp, payload_type, agent_id, run_id, aggregate_identifier, payload')
        ) as t (name, columns)
    loop
        execute format('grant select (%s) on %s to firebreak_analytics, firebreak_analytics_fleet', seen.columns, seen.name);
        execute format('create policy of_analyst on %s for select to firebreak_analytics
            using (tenant_id = (select analytics.tenant()))', seen.name);
        execute format('create policy of_fleet on %s for select to firebreak_analytics_fleet using (true)', seen.name);
    end loop;

    for named in select * from (values
        ('actions', 'select tenant_id, action as action_id, run as run_id, agent as agent_id, workspace as workspace_id,
            system, system || ''/'' || operation as operation, state, cause_owner, cause::json ->> ''kind'' as cause_kind,
            cause::json ->> ''limit'' as cause_limit, cause::json ->> ''rule'' as cause_rule, created_at as decided_at,
            updated_at as changed_at from execution.action'),
        ('runs', 'select tenant_id, run as run_id, parent_run as parent_run_id, agent as agent_id,
            workspace as workspace_id, state, started_at, ended_at from execution.run'),
        ('decisions', 'select tenant_id, tenant_seq as sequence, action as action_id, run_id, agent_id,
            time_stamp as decided_at, state, system, operation, effect, policy_version, layer, rule, cause_owner, cause_kind,
            cause_limit from audit.decision'),
        ('approvals', 'select tenant_id, action as action_id, run as run_id, agent as agent_id,
            workspace as workspace_id, system || ''/'' || operation as operation, state, requested_by, requested_at,
            expires_at, decided_at, decided_by from execution.approval'),
        ('spend', 'select tenant_id, action as action_id, day, run as run_id, agent as agent_id,
            workspace as workspace_id, operation, tool_calls, high_risk, tokens, cost_micros, storage_bytes
            from quota.spent'),
        ('leases', 'select tenant_id, lease as lease_id, action as action_id, run as run_id, agent as agent_id,
            agent_class, workspace as workspace_id, secret as secret_id, version as secret_version,
            system || ''/'' || operation as operation, destination, mode, issued_at, expires_at, uses, outcome, ended_at
            from secrets.lease'),
        ('policies', 'select tenant_id, profile, version, mode, from_version, comment, published_at, published_by
            from policy.policy_version'),
        ('connectors', 'select tenant_id, system, version, digest, defined_at, defined_by from execution.connector'),
        ('agents', 'select tenant_id, key as agent_id, workspace as workspace_id, agent_class, trust_zone,
            policy_profile, quota_class, active, created_at from tenancy.agent'),
        ('tenants', 'select tenant_id, name, quota_class, created_at from tenancy.tenant'),
        ('events', 'select tenant_id, tenant_seq as sequence, time_stamp as at, payload_type as type, agent_id, run_id,
            aggregate_identifier as aggregate from journal.event')
        ) as t (name, words)
    loop
        for side in select * from (values
            ('analytics', 'firebreak_analytics', 'firebreak_analyst'),
            ('analytics_fleet', 'firebreak_analytics_fleet', 'firebreak_analyst_fleet')) as s (schema, owner, reader)
        loop
            -- A view that asks as its reader would ask as the analyst, who may read no table: its words are taken over.
            execute format('create view %I.%I with (security_barrier = true) as %s', side.schema, named.name,
                replace(named.words, 'from audit.decision',
                    'from (' || rtrim(pg_get_viewdef('audit.decision'::regclass), ';') || ') decision'));
            execute format('grant create on schema %I to %I', side.schema, side.owner);
            execute format('alter view %I.%I owner to %I', side.schema, named.name, side.owner);
            execute format('revoke create on schema %I from %I', side.schema, side.owner);
            execute format('grant select on %I.%I to %I', side.schema, named.name, side.reader);
        end loop;
    end loop;
end
$$;
