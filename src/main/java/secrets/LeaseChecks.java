package secrets;

import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import secrets.Credentials.Purpose;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/**
 * Checks a lease against what is committed now: one query reads the lease, every fence that could cover it, and what is
 * sealed, so that no node uses what another has revoked.
 */
@Component
class LeaseChecks {

    private static final String NOW = """
        select l.lease, l.action, l.run, l.agent, l.agent_class, l.workspace, l.secret, l.version, l.grant_id, l.system,
            l.operation, l.destination, l.mode, l.fence, l.issued_at, l.expires_at,
            exists (select from secrets.fence f where f.tenant_id = l.tenant_id and f.fence > l.fence
                and ((f.scope, f.key) in (('tenant', l.tenant_id), ('secret', l.secret), ('connector', l.system),
                        ('agent', l.agent), ('grant', l.grant_id))
                    or l.mode = 'mutate' and f.scope = 'agent_class' and f.key = l.agent_class)) as fenced,
            v.version as held, v.root, v.kind, v.digest, v.may_be_private, v.works_until,
            v.hosts, s.sealed
        from secrets.lease l
        left join secrets.version v
            on v.tenant_id = l.tenant_id and v.secret = l.secret and v.version >= l.version
        left join secrets.sealed_value s
            on s.tenant_id = v.tenant_id and s.secret = v.secret and s.version = v.version
        where l.tenant_id = ? and l.lease = ?
        order by v.version\
        """;

    private final TenantTransactions transactions;
    private final JdbcTemplate database;
    private final Clock clock;

    LeaseChecks(TenantTransactions transactions, JdbcTemplate database, Clock clock) {
        this.transactions = transactions;
        this.database = database;
        this.clock = clock;
    }

    /** A lease that may be used now, and the version to use. */
    record Checked(IssuedLease lease, Held held) {}

    /**
     * @param root the version that it follows by itself
     * @param sealed absent where the value is kept elsewhere
     * @param hosts where the value may be sent
     */
    record Held(
            long version,
            long root,
            SecretKind kind,
            @Nullable String digest,
            boolean mayBePrivate,
            @Nullable Instant worksUntil,
            byte @Nullable [] sealed,
            List<String> hosts) {

        Held {
            hosts = List.copyOf(hosts);
        }

        @Override
        public String toString() {
            return "Held[" + version + "]";
        }
    }

    /** What the database says of a lease. */
    record Found(IssuedLease lease, boolean fenced, List<Held> versions) {

        Found {
            versions = List.copyOf(versions);
        }
    }

    /** @throws LeaseRefused if it may not be used now, or not for this */
    Checked check(Lease lease, Purpose purpose) {
        Found found = find(lease.action().tenant(), lease.id())
                .orElseThrow(() -> new LeaseRefused("lease_mismatch", "There is no such lease."));
        return check(found, lease, purpose, clock.instant());
    }

    /** What is committed of a lease; empty if the tenant has none of this name. */
    Optional<Found> find(TenantId tenant, String lease) {
        List<Found> rows =
                transactions.in(tenant, () -> database.query(NOW, (row, number) -> found(row), tenant.value(), lease));
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        List<Held> versions = new ArrayList<>();
        rows.forEach(row -> versions.addAll(row.versions()));
        return Optional.of(new Found(rows.getFirst().lease(), rows.getFirst().fenced(), versions));
    }

    static Checked check(Found found, Lease held, Purpose purpose, Instant now) {
        IssuedLease issued = found.lease();
        if (!issued.is(held) || !isFor(issued, purpose)) {
            throw new LeaseRefused("lease_mismatch", "The lease was issued for something else.");
        }
        Checked checked = inForce(found, now);
        if (!checked.held().hosts().contains(Origin.of(purpose.base()))) {
            throw new LeaseRefused(
                    "destination_not_bound",
                    "The value of secret %s was not given for %s.".formatted(held.secret(), Origin.of(purpose.base())));
        }
        return checked;
    }

    /** @throws LeaseRefused if it may not be used now, whatever for */
    static Checked inForce(Found found, Instant now) {
        IssuedLease issued = found.lease();
        if (found.fenced()) {
            throw new LeaseRefused("lease_revoked", "The lease was revoked.");
        }
        if (!now.isBefore(issued.expiresAt())) {
            throw new LeaseRefused("lease_expired", "The lease is expired.");
        }
        Held version = inForce(found.versions(), issued.version());
        Instant end = version.worksUntil();
        if (end != null && !now.isBefore(end)) {
            throw new LeaseRefused("lease_expired", "The version that was leased works no longer.");
        }
        return new Checked(issued, version);
    }

    /** The leased version, or the newest of those that followed it by themselves. */
    private static Held inForce(List<Held> versions, long leased) {
        Held first = versions.stream()
                .filter(version -> version.version() == leased)
                .findFirst()
                .orElseThrow(() -> new LeaseRefused("lease_revoked", "The version that was leased is gone."));
        return versions.stream()
                .filter(version -> version.root() == first.root())
                .reduce(first, (older, newer) -> newer);
    }

    private static boolean isFor(IssuedLease issued, Purpose purpose) {
        String run = purpose.run() == null ? null : purpose.run().key();
        return (run == null ? issued.run() == null : run.equals(issued.run()))
                && issued.system().equals(purpose.system())
                && issued.operation().equals(purpose.operation())
                && issued.mode() == purpose.mode()
                && issued.destination().equals(host(purpose.base()));
    }

    private static @Nullable String host(URI base) {
        String host = base.getHost();
        return host == null ? null : host.toLowerCase(Locale.ROOT);
    }

    private static Found found(ResultSet row) throws SQLException {
        return new Found(ExposureRows.issued(row), row.getBoolean("fenced"), versions(row));
    }

    private static List<Held> versions(ResultSet row) throws SQLException {
        long version = row.getLong("held");
        if (row.wasNull()) {
            return List.of();
        }
        Timestamp until = row.getTimestamp("works_until");
        return List.of(new Held(
                version,
                row.getLong("root"),
                SecretKind.named(row.getString("kind")),
                row.getString("digest"),
                row.getBoolean("may_be_private"),
                until == null ? null : until.toInstant(),
                row.getBytes("sealed"),
                List.of((String[]) row.getArray("hosts").getArray())));
    }
}
