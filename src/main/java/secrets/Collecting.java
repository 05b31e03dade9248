package secrets;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import secrets.CollectEndpoint.Collected;
import secrets.LeaseChecks.Found;
import secrets.SecretCommand.HandOutCredential;
import secrets.SecretEvent.CredentialHandedOut;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Caller;
import tenancy.Conflict;
import tenancy.NotFound;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/**
 * Hands a token out, once: whoever takes the row has it, the journal is told before the answer, and a revocation either
 * finds this use or is seen by its check.
 */
@Component
class Collecting {

    private static final Logger LOG = LoggerFactory.getLogger(Collecting.class);

    private static final String MADE = """
        select lease, action, audience, scope, requester, expires_at, collected_at from secrets.hand_out
        where tenant_id = ? and lease = ?\
        """;

    private final LeaseChecks checks;
    private final UncollectedTokens uncollected;
    private final UsesUnderWay underWay;
    private final LeaseReports reports;
    private final TenantCommands commands;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;
    private final Clock clock;

    Collecting(
            LeaseChecks checks,
            UncollectedTokens uncollected,
            UsesUnderWay underWay,
            LeaseReports reports,
            TenantCommands commands,
            TenantTransactions transactions,
            JdbcTemplate database,
            Clock clock) {
        this.checks = checks;
        this.uncollected = uncollected;
        this.underWay = underWay;
        this.reports = reports;
        this.commands = commands;
        this.transactions = transactions;
        this.database = database;
        this.clock = clock;
    }

    /** What was made, as it was told of. */
    private record Made(
            String lease,
            String action,
            String audience,
            String scope,
            String requester,
            Instant expiresAt,
            @Nullable Instant collectedAt) {}

    Collected collect(TenantContext context, Caller caller, String key) {
        TenantId tenant = context.tenant();
        Made made = made(tenant, key).orElseThrow(() -> new NotFound("lease", key));
        Found found = checks.find(tenant, key).orElseThrow(() -> new NotFound("lease", key));
        Lease lease = lease(tenant, found.lease());
        if (!isFor(caller, found.lease(), made)) {
            reports.refused(lease, "not_found");
            throw new NotFound("lease", key);
        }
        var use = new LeasedUse(lease, () -> {}, over -> underWay.over(over));
        underWay.begun(use);
        try (use) {
            return collected(context, use, made);
        } catch (LeaseRefused refused) {
            reports.refused(lease, refused.code());
            throw refused;
        }
    }

    private Optional<Made> made(TenantId tenant, String lease) {
        List<Made> rows =
                transactions.in(tenant, () -> database.query(MADE, (row, number) -> made(row), tenant.value(), lease));
        return rows.stream().findFirst();
    }

    private static Made made(ResultSet row) throws SQLException {
        Timestamp collectedAt = row.getTimestamp("collected_at");
        return new Made(
                row.getString("lease"),
                row.getString("action"),
                row.getString("audience"),
                row.getString("scope"),
                row.getString("requester"),
                row.getTimestamp("expires_at").toInstant(),
                collectedAt == null ? null : collectedAt.toInstant());
    }

    private static boolean isFor(Caller caller, IssuedLease lease, Made made) {
        var agent = caller.agent();
        return agent == null
                ? caller.principal().equals(made.requester())
                : agent.key().equals(lease.agent());
    }

    private static Lease lease(TenantId tenant, IssuedLease issued) {
        return new Lease(
                new ActionId(tenant, issued.action()),
                issued.id(),
                issued.secret(),
                issued.version(),
                issued.system(),
                issued.operation(),
                issued.destination(),
                issued.mode(),
                issued.expiresAt());
    }

    private Collected collected(TenantContext context, LeasedUse use, Made made) {
        TenantId tenant = context.tenant();
        if (made.collectedAt() != null) {
            throw gone(made, "was collected at %s".formatted(made.collectedAt()));
        }
        Found found;
        do {
            found = checks.find(tenant, made.lease()).orElseThrow(() -> new NotFound("lease", made.lease()));
        } while (!use.checked(found.lease()));
        Instant now = clock.instant();
        var unused = LeaseChecks.inForce(found, now);
        if (!now.isBefore(made.expiresAt())) {
            throw new LeaseRefused("lease_expired", "The token expired before it was collected.");
        }
        Concealed token =
                taken(tenant, use.lease()).orElseThrow(() -> gone(made, "is being collected, or was lost when it was"));
        use.opened(new Credential.Token(token), List.of(token), () -> {});
        if (!use.leaves()) {
            throw new LeaseRefused("lease_revoked", "The lease was revoked.");
        }
        String agent = found.lease().agent();
        commands.ask(
                context,
                new HandOutCredential(
                        new SecretBookId(tenant),
                        agent == null ? null : new AgentId(tenant, agent),
                        new CredentialHandedOut(
                                made.lease(),
                                made.action(),
                                found.lease().operation(),
                                made.audience(),
                                made.scope(),
                                made.expiresAt())));
        use.answered();
        return new Collected(
                made.lease(),
                made.action(),
                token.reveal(),
                "Bearer",
                Math.max(0, Duration.between(now, made.expiresAt()).toSeconds()),
                made.expiresAt(),
                made.scope(),
                made.audience());
    }

    private Optional<Concealed> taken(TenantId tenant, Lease lease) {
        try {
            return uncollected.take(tenant, lease.id());
        } catch (Seals.Unsealable notSealedHere) {
            LOG.error("What waits to be collected under {} of {} does not open", lease.id(), tenant);
            reports.tampered(lease, lease.version(), "unsealable");
            throw new LeaseRefused("secret_unavailable", "What is stored does not open.");
        }
    }

    private static Conflict gone(Made made, String how) {
        return new Conflict(
                "credential_collected",
                "The token of lease %s %s: each is given once. Ask for another, with another Idempotency-Key."
                        .formatted(made.lease(), how));
    }
}
