package audit.incident;

import java.util.Objects;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/**
 * What reports are made of, counted from a tenant's journal by PostgreSQL itself: one row an action, and one for each
 * event beside actions that is worth telling. It reads stored events by the names that they are stored under, which never
 * change. Everything here can be deleted and is counted again.
 */
@Component
class Facts {

    /** Entries that one statement counts: well under the longest time of a statement, on a slow machine too. */
    private static final int PAGE = 5_000;

    private static final int STEP = 500;

    private static final String COUNT = """
        with entry as materialized (
            select tenant_id, tenant_seq, payload_type as type, time_stamp as at, run_id, agent_id,
                audit.document(payload) as p, audit.document(meta_data) as meta
            from journal.event
            where tenant_id = ? and tenant_seq > ? and tenant_seq <= ? and payload_type in (
                'action_queued', 'action_refused', 'action_held', 'approval_requested', 'action_released', 'action_started',
                'action_requeued', 'checks_started', 'action_succeeded', 'action_failed', 'action_outcome_unknown',
                'action_reconciled', 'action_compensated', 'action_cancelled', 'approval_denied', 'approval_expired', 'approval_voided',
                'check_failed', 'budget_settled', 'budget_corrected',
                'request_refused', 'requests_throttled', 'run_refused', 'run_paused', 'run_halted', 'lease_refused',
                'lease_use_refused', 'sealed_value_refused', 'credentials_revoked', 'credentials_reinstated',
                'revocation_confirmed', 'agent_class_limited', 'budget_threshold_reached', 'posture_set',
                'posture_released', 'containment_confirmed', 'policy_published', 'policy_rules_expired',
                'connector_defined', 'override_set', 'override_cleared', 'run_cap_set', 'key_issued', 'key_revoked',
                'agent_changed', 'result_redacted', 'incident_opened', 'incident_closed', 'operation_quarantined',
                'operation_accepted', 'containment_rule_fired', 'credential_handed_out', 'rollback_started',
                'rollback_ended')
        ), step as (
            select tenant_id, tenant_seq, type, at, run_id, agent_id, p, meta, p ->> 'action' as action,
                type in ('action_queued', 'action_refused', 'action_held') as decides,
                jsonb_typeof(p -> 'ruling') = 'object' as rules,
                case type
                    when 'action_queued' then 'queued'
                    when 'action_released' then 'queued'
                    when 'action_requeued' then 'queued'
                    when 'action_held' then 'approval_required'
                    when 'approval_requested' then 'approval_required'
                    when 'action_refused' then p ->> 'state'
                    when 'checks_started' then 'checking'
                    when 'action_started' then 'running'
                    when 'action_succeeded' then 'succeeded'
                    when 'action_failed' then 'failed'
                    when 'action_outcome_unknown' then 'outcome_unknown'
                    when 'action_reconciled' then p ->> 'outcome'
                    when 'action_compensated' then 'compensated'
                    when 'action_cancelled' then 'cancelled'
                    when 'approval_denied' then 'denied'
                    when 'approval_expired' then 'denied'
                    when 'approval_voided' then 'denied'
                    when 'check_failed' then 'denied'
                end as state
            from entry
            where p ->> 'action' is not null and (type like 'action%' or type like 'approval%' or type like 'check%'
                or type in ('budget_settled', 'budget_corrected'))
        ), story as (
            select tenant_id, action,
                max(tenant_seq) filter (where decides) as sequence,
                max((p ->> 'decided_at')::timestamptz) filter (where decides) as decided_at,
                max(run_id) filter (where decides) as run,
                max(agent_id) filter (where decides) as agent,
                max(p #>> '{requested,agent_class}') filter (where decides) as agent_class,
                max(meta ->> 'workspace') filter (where decides) as workspace,
                max(p #>> '{requested,system}') filter (where decides) as system,
                max(p #>> '{requested,operation}') filter (where decides) as operation,
                max(p #>> '{requested,effect}') filter (where decides) as effect,
                max(p #>> '{requested,destination}') filter (where decides) as destination,
                max(p #>> '{requested,model}') filter (where decides) as model,
                max((select string_agg(class, ', ' order by class)
                    from jsonb_array_elements_text(p #> '{requested,data_classes}') as class))
                    filter (where decides) as data_classes,
                max(meta ->> 'profile') filter (where decides) as policy_profile,
                (array_agg((p #>> '{ruling,version}')::bigint order by tenant_seq desc) filter (where rules))[1]
                    as policy_version,
                (array_agg((select string_agg(coalesce(rule ->> 'layer' || '/', '') || (rule ->> 'rule'), ', '
                        order by number)
                    from jsonb_array_elements(p #> '{ruling,rules}') with ordinality as spoke(rule, number)
                    where number <= 5)
                    order by tenant_seq desc) filter (where rules))[1] as rules,
                (array_agg(state order by tenant_seq desc) filter (where state is not null))[1] as state,
                (array_agg(p #>> '{cause,owner}' order by tenant_seq desc) filter (where state is not null))[1]
                    as cause_owner,
                (array_agg(p #>> '{cause,kind}' order by tenant_seq desc) filter (where state is not null))[1]
                    as cause_kind,
                (array_agg(coalesce(p ->> 'code', p #>> '{cause,limit}', p #>> '{cause,rule}')
                    order by tenant_seq desc) filter (where state is not null))[1] as cause_name,
                (array_agg(p ->> 'pool' order by tenant_seq desc) filter (where p ->> 'pool' is not null))[1] as pool,
                min(coalesce((p ->> 'released_at')::timestamptz, (p ->> 'decided_at')::timestamptz))
                    filter (where type in ('action_queued', 'action_released')) as queued_at,
                min((p ->> 'started_at')::timestamptz)
                    filter (where type in ('action_started', 'checks_started')) as started_at,
                max(p #>> '{lease,secret}') filter (where type = 'action_started') as secret,
                max((p ->> 'ended_at')::timestamptz)
                    filter (where type in ('action_succeeded', 'action_failed', 'action_outcome_unknown')) as left_at,
                max(at) filter (where type in ('action_succeeded', 'action_failed', 'action_outcome_unknown'))
                    as written_at,
                max(tenant_seq) filter (where state is not null) as last_sequence,
                max((p ->> 'requests')::bigint) as requests,
                coalesce(sum((p #>> '{spent,tool_calls}')::bigint), 0)
                    - coalesce(sum((p #>> '{given_back,tool_calls}')::bigint), 0) as tool_calls,
                coalesce(sum((p #>> '{spent,tokens}')::bigint), 0)
                    - coalesce(sum((p #>> '{given_back,tokens}')::bigint), 0) as tokens,
                coalesce(sum((p #>> '{spent,cost_micros}')::bigint), 0)
                    - coalesce(sum((p #>> '{given_back,cost_micros}')::bigint), 0) as cost_micros
            from step
            group by tenant_id, action
        ), told as (
            insert into audit.action_fact as f (tenant_id, action, sequence, decided_at, run, agent, agent_class, workspace,
                system, operation, effect, destination, model, data_classes, policy_profile, policy_version, rules, state,
                cause_owner, cause_kind, cause_name, pool, queued_at, started_at, secret, left_at, written_at,
                last_sequence, requests, tool_calls, tokens, cost_micros)
            select tenant_id, action, sequence, decided_at, run, agent, agent_class, workspace,
                system, operation, effect, destination, model, data_classes, policy_profile, policy_version, rules, state,
                cause_owner, cause_kind, cause_name, pool, queued_at, started_at, secret, left_at, written_at,
                last_sequence, requests, tool_calls, tokens, cost_micros
            from story
            on conflict (tenant_id, action) do update set
                policy_version = coalesce(excluded.policy_version, f.policy_version),
                rules = coalesce(excluded.rules, f.rules),
                state = coalesce(excluded.state, f.state),
                cause_owner = case when excluded.state is null then f.cause_owner else excluded.cause_owner end,
                cause_kind = case when excluded.state is null then f.cause_kind else excluded.cause_kind end,
                cause_name = case when excluded.state is null then f.cause_name else excluded.cause_name end,
                pool = coalesce(excluded.pool, f.pool),
                queued_at = coalesce(f.queued_at, excluded.queued_at),
                started_at = coalesce(f.started_at, excluded.started_at),
                secret = coalesce(excluded.secret, f.secret),
                left_at = coalesce(excluded.left_at, f.left_at),
                written_at = coalesce(excluded.written_at, f.written_at),
                last_sequence = coalesce(excluded.last_sequence, f.last_sequence),
                requests = coalesce(excluded.requests, f.requests),
                tool_calls = f.tool_calls + excluded.tool_calls,
                tokens = f.tokens + excluded.tokens,
                cost_micros = f.cost_micros + excluded.cost_micros
        )
        insert into audit.notable_fact (tenant_id, sequence, type, at, run, agent, principal, code, counted, detail)
        select tenant_id, tenant_seq, type, at,
            coalesce(run_id, p ->> 'run'), coalesce(agent_id, p ->> 'agent'), meta ->> 'principal',
            coalesce(p ->> 'code', p #>> '{cause,limit}', p ->> 'limit', p ->> 'posture'),
            coalesce((p ->> 'count')::bigint, (p ->> 'attempts')::bigint, 1),
            case type
                when 'request_refused' then concat_ws(' ', p ->> 'method', p ->> 'route', p ->> 'status', p ->> 'pointer')
                when 'lease_refused' then concat_ws(' ', (p ->> 'system') || '/' || (p ->> 'operation'), p ->> 'action')
                when 'lease_use_refused' then concat_ws(' ', p ->> 'lease', p ->> 'action')
                when 'budget_threshold_reached' then concat_ws(' ', p ->> 'scope', (p ->> 'percent') || ' %')
                when 'posture_set' then concat_ws(' ', p #>> '{scope,kind}', p #>> '{scope,key}', p ->> 'by',
                    p ->> 'containment')
                when 'posture_released' then concat_ws(' ', p #>> '{scope,kind}', p #>> '{scope,key}', p ->> 'by',
                    p ->> 'containment')
                when 'credentials_revoked' then concat_ws(' ', p ->> 'scope', p ->> 'key')
                when 'credentials_reinstated' then concat_ws(' ', p ->> 'scope', p ->> 'key')
                when 'policy_published' then concat_ws(' ', p ->> 'profile', p ->> 'version', p ->> 'mode')
                when 'policy_rules_expired' then concat_ws(' ', p ->> 'profile', p ->> 'version')
                when 'connector_defined' then concat_ws(' ', p ->> 'system', p ->> 'version')
                when 'override_set' then concat_ws(' ', p ->> 'scope', p ->> 'value')
                when 'override_cleared' then p ->> 'scope'
                when 'run_cap_set' then p ->> 'value'
                when 'key_issued' then concat_ws(' ', p ->> 'role', p ->> 'key')
                when 'key_revoked' then p ->> 'key'
                when 'containment_confirmed' then p ->> 'containment'
                when 'result_redacted' then p ->> 'action'
                when 'incident_opened' then concat_ws(' ', p ->> 'severity', p ->> 'incident')
                when 'incident_closed' then p ->> 'incident'
                when 'operation_quarantined' then concat_ws('/', p ->> 'system', p ->> 'operation')
                when 'operation_accepted' then concat_ws('/', p ->> 'system', p ->> 'operation')
                when 'containment_rule_fired' then concat_ws(' ', p ->> 'rule', p ->> 'mode', p #>> '{scope,kind}',
                    p #>> '{scope,key}')
                when 'credential_handed_out' then concat_ws(' ', p ->> 'lease', p ->> 'audience', p ->> 'action')
                when 'rollback_started' then p ->> 'rollback'
                when 'rollback_ended' then p ->> 'rollback'
            end
        from entry
        where type in ('request_refused', 'requests_throttled', 'run_refused', 'run_paused', 'run_halted', 'lease_refused',
                'lease_use_refused', 'sealed_value_refused', 'credentials_revoked', 'credentials_reinstated',
                'revocation_confirmed', 'agent_class_limited', 'budget_threshold_reached', 'posture_set',
                'posture_released', 'containment_confirmed', 'policy_published', 'policy_rules_expired',
                'connector_defined', 'override_set', 'override_cleared', 'run_cap_set', 'key_issued', 'key_revoked',
                'agent_changed', 'result_redacted', 'incident_opened', 'incident_closed', 'operation_quarantined',
                'operation_accepted', 'containment_rule_fired', 'credential_handed_out', 'rollback_started',
                'rollback_ended')\
        """;

    private final TenantTransactions transactions;
    private final JdbcTemplate database;
    private final int page;

    @Autowired
    Facts(TenantTransactions transactions, JdbcTemplate database) {
        this(transactions, database, PAGE);
    }

    /** @param page entries that one statement counts */
    Facts(TenantTransactions transactions, JdbcTemplate database, int page) {
        this.transactions = transactions;
        this.database = database;
        this.page = page;
    }

    /**
     * Counts all that the tenant's journal has by now.
     *
     * @return the sequence of the last entry that is counted; 0 if there is none
     */
    long count(TenantId tenant) {
        while (true) {
            Counted counted = transactions.in(tenant, () -> count(tenant, page));
            if (!counted.more()) {
                return counted.through();
            }
        }
    }

    /**
     * Counts so little that nobody else waits long for the processors.
     *
     * @return whether there is more
     */
    boolean countSome(TenantId tenant) {
        return transactions.in(tenant, () -> count(tenant, STEP)).more();
    }

    private record Counted(long through, boolean more) {}

    /** The row is locked: nodes count a journal one after another, and each goes on where the other has ended. */
    private Counted count(TenantId tenant, int most) {
        int unused = database.update(
                "insert into audit.counted (tenant_id, sequence) values (?, 0) on conflict do nothing", tenant.value());
        long from = number("select sequence from audit.counted where tenant_id = ? for update", tenant);
        long last = number("select coalesce(max(tenant_seq), 0) from journal.event where tenant_id = ?", tenant);
        if (last <= from) {
            return new Counted(from, false);
        }
        long through = Math.min(last, from + most);
        unused = database.update(COUNT, tenant.value(), from, through);
        unused = database.update("update audit.counted set sequence = ? where tenant_id = ?", through, tenant.value());
        return new Counted(through, through < last);
    }

    private long number(String sql, TenantId tenant) {
        return Objects.requireNonNull(database.queryForObject(sql, Long.class, tenant.value()));
    }
}
