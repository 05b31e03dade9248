package execution;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.ContainmentScope;
import tenancy.Effect;
import tenancy.RunId;
import tenancy.Subject;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.WorkspaceId;

/**
 * What waits and runs of a scope, as committed. On the platform's own role: what stops a tenant must not wait for a
 * connection that the tenant's own work holds.
 */
@Component
class ContainedTable {

    private static final String QUEUED = """
        select tenant_id, action, system, operation, context, started_at is not null as started
        from execution.queue_entry where tenant_id = ? and %s order by action limit ?\
        """;

    private static final String ASKED = """
        select a.action, a.run, a.agent, a.workspace, a.system, a.operation, a.agent_class, a.destination, a.model,
            a.requested_by
        from execution.approval a where a.tenant_id = ? and a.state = 'open' and %s order by a.action limit ?\
        """;

    private static final String STATES =
            "select action, state from execution.action where tenant_id = ? and action = any (?)";

    private final JdbcTemplate everyTenant;

    ContainedTable(@Qualifier("systemDataSource") DataSource everyTenant) {
        this.everyTenant = new JdbcTemplate(everyTenant);
    }

    /**
     * One action that is not over.
     *
     * @param context in which it runs, or would
     * @param started whether it has a slot
     */
    record Found(ActionId action, TenantContext context, Reachable reach, boolean started) {}

    /** In order; first what is admitted, then what people were asked about. */
    List<Found> of(TenantId tenant, ContainmentScope scope, int most) {
        List<Found> found = new ArrayList<>(
                ask(QUEUED.formatted(queued(scope.kind())), tenant, scope, most, (row, number) -> entry(tenant, row)));
        if (found.size() < most) {
            found.addAll(ask(
                    ASKED.formatted(asked(scope.kind())),
                    tenant,
                    scope,
                    most - found.size(),
                    (row, number) -> approval(tenant, row)));
        }
        return found;
    }

    private List<Found> ask(
            String sql,
            TenantId tenant,
            ContainmentScope scope,
            int most,
            org.springframework.jdbc.core.RowMapper<Found> row) {
        return scope.kind() == ContainmentScope.Kind.TENANT
                ? everyTenant.query(sql, row, tenant.value(), most)
                : everyTenant.query(sql, row, tenant.value(), scope.key(), most);
    }

    private static String queued(ContainmentScope.Kind kind) {
        return switch (kind) {
            case TENANT -> "true";
            case WORKSPACE -> "context::jsonb ->> 'workspace' = ?";
            case AGENT_CLASS -> "context::jsonb ->> 'agent_class' = ?";
            case AGENT -> "context::jsonb ->> 'agent' = ?";
            case RUN -> "context::jsonb ->> 'run' = ?";
            case CONNECTOR -> "system = ?";
            case OPERATION -> "system || '/' || operation = ?";
            case DESTINATION -> "context::jsonb ->> 'destination' = ?";
            case MODEL -> "context::jsonb ->> 'model' = ?";
            // Which secret an action runs with is decided when it starts.
            case SECRET -> "false and ? is not null";
        };
    }

    private static String asked(ContainmentScope.Kind kind) {
        return switch (kind) {
            case TENANT -> "true";
            case WORKSPACE, AGENT_CLASS, AGENT, RUN, DESTINATION, MODEL -> "a." + kind.word() + " = ?";
            case CONNECTOR -> "a.system = ?";
            case OPERATION -> "a.system || '/' || a.operation = ?";
            case SECRET -> "false and ? is not null";
        };
    }

    Map<String, ActionState> states(TenantId tenant, Collection<String> actions) {
        Map<String, ActionState> states = new HashMap<>();
        if (!actions.isEmpty()) {
            everyTenant.query(
                    STATES,
                    row -> {
                        states.put(row.getString("action"), ActionState.of(row.getString("state")));
                    },
                    tenant.value(),
                    actions.toArray(String[]::new));
        }
        return states;
    }

    private static Found entry(TenantId tenant, ResultSet row) throws SQLException {
        Map<String, String> kept = StoredJson.texts(row.getString("context"));
        TenantContext context = Origin.context(tenant, kept);
        return new Found(
                new ActionId(tenant, row.getString("action")),
                context,
                Reachable.of(context, row.getString("system"), row.getString("operation"), kept),
                row.getBoolean("started"));
    }

    /** Whatever it does: it waits for people, and can only be held or taken back. */
    private static Found approval(TenantId tenant, ResultSet row) throws SQLException {
        var context = new TenantContext(
                tenant,
                new WorkspaceId(tenant, row.getString("workspace")),
                new AgentId(tenant, row.getString("agent")),
                new RunId(tenant, row.getString("run")),
                null,
                null,
                row.getString("requested_by"),
                null);
        var subject = new Subject(
                row.getString("workspace"),
                row.getString("agent_class"),
                row.getString("agent"),
                row.getString("run"),
                row.getString("system"),
                row.getString("operation"),
                row.getString("destination"),
                row.getString("model"),
                null);
        return new Found(
                new ActionId(tenant, row.getString("action")),
                context,
                new Reachable(subject, Effect.HIGH_RISK, false, true),
                false);
    }
}
