package execution;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tenancy.ActionId;
import tenancy.Caller;
import tenancy.Cursor;
import tenancy.Fields;
import tenancy.InvalidField;
import tenancy.Page;
import tenancy.Postures;
import tenancy.Subject;
import tenancy.TenantId;
import tenancy.TenantContext;
import tenancy.TenantTransactions;

/** Approvals over HTTP: what waits for people, and what they say. */
@RestController
@RequestMapping("/v1/approvals")
class ApprovalsEndpoint {

    private static final Set<String> STATES = Set.of("open", "granted", "denied", "expired", "voided", "cancelled");
    private static final int DIGEST_LENGTH = 64;
    private static final String LIST = """
        select action, run, agent, workspace, system, operation, state, digest, requested_by, requested_at, expires_at,
            decided_at, decided_by, agent_class, destination, model
        from execution.approval
        where tenant_id = ? and (? = '' or state = ?) and (? = '' or action < ?)
        order by action desc limit ?\
        """;

    private final Approvals approvals;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;
    private final Postures postures;
    private final Clock clock;

    ApprovalsEndpoint(
            Approvals approvals,
            TenantTransactions transactions,
            JdbcTemplate database,
            Postures postures,
            Clock clock) {
        this.approvals = approvals;
        this.transactions = transactions;
        this.database = database;
        this.postures = postures;
        this.clock = clock;
    }

    /**
     * @param digest what the approver has seen; if it is not what waits, nothing is granted
     * @param comment why, for the journal
     */
    record Grant(@Nullable String digest, @Nullable String comment) {}

    /** @param reason why, for whoever asked and for the journal */
    record Denial(String reason) {}

    /** One approval in a list. */
    record Summary(
            @JsonProperty("action_id") String action,
            @JsonProperty("workflow_run_id") String run,
            @JsonProperty("agent_id") String agent,
            @JsonProperty("workspace_id") String workspace,
            String system,
            String operation,
            String state,
            String digest,
            String requestedBy,
            Instant requestedAt,
            Instant expiresAt,
            @Nullable Instant decidedAt,
            @Nullable String decidedBy) {}

    /** Approvals, newest first. */
    @GetMapping
    @PreAuthorize("hasAnyRole('APPROVER','AUDITOR')")
    Page<Summary> list(
            TenantContext context,
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        String before = Cursor.key(cursor);
        int most = Cursor.limit(limit);
        String wanted = state == null ? "" : state;
        if (state != null && !STATES.contains(state)) {
            throw new InvalidField("/state", "unknown", "must be one of " + String.join(", ", new TreeSet<>(STATES)));
        }
        List<Summary> found = transactions.in(
                context.tenant(),
                () -> database.query(
                        LIST,
                        (row, number) -> summary(context.tenant(), row),
                        context.tenant().value(),
                        wanted,
                        wanted,
                        before,
                        before,
                        most + 1));
        return Page.of(found, most, Summary::action);
    }

    /** What exactly would be agreed to, and by whom it was so far. */
    @GetMapping("/{action}")
    @PreAuthorize("hasAnyRole('APPROVER','AUDITOR')")
    ApprovalView read(TenantContext context, @PathVariable String action) {
        return approvals.find(new ActionId(context.tenant(), action));
    }

    /** Agrees. The last that is needed queues the action, once. */
    @PostMapping("/{action}:grant")
    @PreAuthorize("hasAnyRole('APPROVER','TENANT_ADMIN')")
    ApprovalView grant(TenantContext context, Caller caller, @PathVariable String action, @RequestBody Grant grant) {
        String digest = grant.digest();
        if (digest != null && digest.length() != DIGEST_LENGTH) {
            throw new InvalidField("/digest", "digest", "must be the approval's digest, 64 hexadecimal digits");
        }
        String comment = grant.comment() == null ? "" : Fields.text("comment", grant.comment());
        return approvals.grant(context, Approver.of(caller), new ActionId(context.tenant(), action), digest, comment);
    }

    /** Says no, for good: the action is denied. */
    @PostMapping("/{action}:deny")
    @PreAuthorize("hasAnyRole('APPROVER','TENANT_ADMIN')")
    ApprovalView deny(TenantContext context, Caller caller, @PathVariable String action, @RequestBody Denial denial) {
        String reason = Fields.text("reason", denial.reason());
        return approvals.deny(context, Approver.of(caller), new ActionId(context.tenant(), action), reason);
    }

    private Summary summary(TenantId tenant, ResultSet row) throws SQLException {
        Timestamp decidedAt = row.getTimestamp("decided_at");
        return new Summary(
                row.getString("action"),
                row.getString("run"),
                row.getString("agent"),
                row.getString("workspace"),
                row.getString("system"),
                row.getString("operation"),
                row.getString("state"),
                row.getString("digest"),
                row.getString("requested_by"),
                row.getTimestamp("requested_at").toInstant(),
                row.getTimestamp("expires_at").toInstant().plus(stoodStill(tenant, row)),
                decidedAt == null ? null : decidedAt.toInstant(),
                row.getString("decided_by"));
    }

    /** Clocks of what is frozen stand still: it is over as much later. */
    private Duration stoodStill(TenantId tenant, ResultSet row) throws SQLException {
        Timestamp decidedAt = row.getTimestamp("decided_at");
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
        return postures.knownToHaveStood(
                tenant,
                subject,
                row.getTimestamp("requested_at").toInstant(),
                decidedAt == null ? clock.instant() : decidedAt.toInstant());
    }
}
