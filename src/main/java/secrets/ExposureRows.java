package secrets;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import secrets.SecretEvent.TokenFate;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Which leases there were, for what, and what became of them. */
@Component
class ExposureRows {

    private final TenantTransactions transactions;
    private final JdbcTemplate database;

    private final Clock clock;

    ExposureRows(TenantTransactions transactions, JdbcTemplate database, Clock clock) {
        this.transactions = transactions;
        this.database = database;
        this.clock = clock;
    }

    /** What leases are looked for by. */
    enum By {
        SECRET("secret"),
        CONNECTOR("system"),
        AGENT("agent");

        private final String column;

        By(String column) {
            this.column = column;
        }
    }

    /**
     * One lease.
     *
     * @param uses how often it was used, retries included
     * @param outcome of the last use: {@code unused} (nothing left the platform), {@code answered}, {@code unanswered},
     *     {@code cancelled}; absent where none is over
     * @param handedOut the token that was made under it for an agent; absent where none was
     */
    record LeaseView(
            @JsonProperty("lease_id") String lease,
            @JsonProperty("action_id") String action,
            @JsonProperty("workflow_run_id") @Nullable String run,
            @JsonProperty("agent_id") @Nullable String agent,
            String agentClass,
            @JsonProperty("workspace_id") @Nullable String workspace,
            @JsonProperty("secret_id") String secret,
            long version,
            String system,
            String operation,
            String destination,
            Mode mode,
            Instant issuedAt,
            Instant expiresAt,
            long uses,
            @Nullable String outcome,
            @Nullable Instant endedAt,
            @Nullable TokenView handedOut) {}

    /**
     * A token that was made for an agent.
     *
     * @param state {@code uncollected}: nobody has it; {@code handed_out}: the agent has it, and it may be good;
     *     {@code voided}: revoked before anybody had it; {@code expired}: it is good no more
     * @param collectedAt absent where nobody collected it
     */
    record TokenView(
            String state,
            HandOut.Kind kind,
            String audience,
            String scope,
            Instant expiresAt,
            @Nullable Instant collectedAt) {}

    /** In the order they were issued. */
    List<LeaseView> since(TenantId tenant, By by, String key, Instant since, String after, int limit) {
        return transactions.in(
                tenant,
                () -> database.query(
                        """
                        select l.*, h.kind, h.audience, h.scope, h.expires_at as good_until, h.collected_at,
                            h.voided_at
                        from secrets.lease l
                        left join secrets.hand_out h on h.tenant_id = l.tenant_id and h.lease = l.lease
                        where l.tenant_id = ? and l.%s = ? and l.issued_at >= ? and l.lease > ?
                        order by l.lease limit ?\
                        """.formatted(by.column),
                        (row, number) -> view(row, clock.instant()),
                        tenant.value(),
                        key,
                        since.atOffset(ZoneOffset.UTC),
                        after,
                        limit));
    }

    private static @Nullable TokenView token(ResultSet row, Instant now) throws SQLException {
        String kind = row.getString("kind");
        if (kind == null) {
            return null;
        }
        Timestamp collectedAt = row.getTimestamp("collected_at");
        Instant expiresAt = row.getTimestamp("good_until").toInstant();
        return new TokenView(
                state(now.isBefore(expiresAt), collectedAt != null, row.getTimestamp("voided_at") != null),
                HandOut.Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
                row.getString("audience"),
                row.getString("scope"),
                expiresAt,
                collectedAt == null ? null : collectedAt.toInstant());
    }

    private static String state(boolean good, boolean collected, boolean voided) {
        if (voided) {
            return "voided";
        }
        if (!good) {
            return "expired";
        }
        return collected ? "handed_out" : "uncollected";
    }

    private static LeaseView view(ResultSet row, Instant now) throws SQLException {
        IssuedLease lease = issued(row);
        Timestamp endedAt = row.getTimestamp("ended_at");
        return new LeaseView(
                lease.id(),
                lease.action(),
                lease.run(),
                lease.agent(),
                lease.agentClass(),
                lease.workspace(),
                lease.secret(),
                lease.version(),
                lease.system(),
                lease.operation(),
                lease.destination(),
                lease.mode(),
                lease.issuedAt(),
                lease.expiresAt(),
                row.getLong("uses"),
                row.getString("outcome"),
                endedAt == null ? null : endedAt.toInstant(),
                token(row, now));
    }

    /** The tenant's tokens that are not expired and were not voided before. */
    List<GoodToken> goodTokens(TenantId tenant) {
        return transactions.in(
                tenant,
                () -> database.query(
                        """
                        select l.*, h.audience, h.expires_at as good_until, h.collected_at from secrets.hand_out h
                        join secrets.lease l on l.tenant_id = h.tenant_id and l.lease = h.lease
                        where h.tenant_id = ? and h.expires_at > ? and h.voided_at is null order by h.lease\
                        """,
                        (row, number) -> new GoodToken(
                                issued(row),
                                row.getString("audience"),
                                row.getTimestamp("good_until").toInstant(),
                                row.getTimestamp("collected_at") != null),
                        tenant.value(),
                        clock.instant().atOffset(ZoneOffset.UTC)));
    }

    record GoodToken(IssuedLease lease, String audience, Instant expiresAt, boolean collected) {

        TokenFate fate(boolean voided) {
            String fate = voided ? "voided" : collected ? "handed_out" : "unknown";
            return new TokenFate(lease.id(), lease.action(), lease.agent(), audience, expiresAt, fate);
        }
    }

    static IssuedLease issued(ResultSet row) throws SQLException {
        return new IssuedLease(
                row.getString("lease"),
                row.getString("action"),
                row.getString("run"),
                row.getString("agent"),
                row.getString("agent_class"),
                row.getString("workspace"),
                row.getString("secret"),
                row.getLong("version"),
                row.getString("grant_id"),
                row.getString("system"),
                row.getString("operation"),
                row.getString("destination"),
                Mode.valueOf(row.getString("mode").toUpperCase(Locale.ROOT)),
                row.getLong("fence"),
                row.getTimestamp("issued_at").toInstant(),
                row.getTimestamp("expires_at").toInstant());
    }
}
