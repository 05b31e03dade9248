package secrets;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.ContainedWork;
import tenancy.Posture;
import tenancy.Refusal;
import tenancy.TenantId;

/**
 * Ends the leases of whoever is killed. Under other postures a call that goes on is ended by whoever makes it, and its
 * lease with it.
 */
@Component
class ContainedLeases implements ContainedWork {

    private static final String KIND = "lease";

    /** A call that was cut off for the containment may have given its lease back already. */
    private static final String LIVE = """
        select lease from secrets.lease where tenant_id = ? and expires_at > ? and (ended_at is null or ended_at >= ?)
            and %s order by lease limit ?\
        """;

    private final Revocations revocations;
    private final JdbcTemplate everyTenant;
    private final Clock clock;

    ContainedLeases(Revocations revocations, @Qualifier("systemDataSource") DataSource everyTenant, Clock clock) {
        this.revocations = revocations;
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.clock = clock;
    }

    @Override
    public void changed(TenantId tenant) {
        // The calls that use leases are ended by whoever makes them.
    }

    @Override
    public List<Reached> reaches(Containment asked, int most) {
        return asked.posture() == Posture.KILLED ? live(asked, clock.instant(), most) : List.of();
    }

    @Override
    public List<Reached> stop(Containment containment, List<Reached> soFar) {
        if (containment.posture() != Posture.KILLED || !soFar.isEmpty()) {
            return List.of();
        }
        switch (containment.scope().kind()) {
            case TENANT ->
                revoke(containment, Scope.TENANT, containment.tenant().value());
            case CONNECTOR ->
                revoke(containment, Scope.CONNECTOR, containment.scope().key());
            case SECRET -> revoke(containment, Scope.SECRET, containment.scope().key());
            case AGENT, AGENT_CLASS, WORKSPACE ->
                containment.agents().forEach(agent -> revoke(containment, Scope.AGENT, agent));
            // What they have in common is no credential: their calls were ended, and no new one starts.
            case RUN, OPERATION, DESTINATION, MODEL -> {}
        }
        return live(containment, containment.since(), Integer.MAX_VALUE);
    }

    private void revoke(Containment containment, Scope scope, String key) {
        try {
            Revocations.Revoked unused = revocations.revoke(containment.context(), scope, key, containment.reason());
        } catch (Refusal nothingThere) {
            // There is no such secret: nothing is leased of it.
            if (nothingThere.kind() != Refusal.Kind.NOT_FOUND) {
                throw nothingThere;
            }
        }
    }

    /** Leases of the scope that could be used at this time. */
    private List<Reached> live(Containment containment, Instant at, int most) {
        String key = containment.scope().key();
        return switch (containment.scope().kind()) {
            case TENANT -> live(containment, at, most, "true");
            case CONNECTOR -> live(containment, at, most, "system = ?", key);
            case SECRET -> live(containment, at, most, "secret = ?", key);
            case AGENT, AGENT_CLASS, WORKSPACE ->
                live(containment, at, most, "agent = any (?)", (Object)
                        containment.agents().toArray(String[]::new));
            case RUN, OPERATION, DESTINATION, MODEL -> List.of();
        };
    }

    private List<Reached> live(Containment containment, Instant at, int most, String condition, Object... values) {
        List<Object> all = new ArrayList<>();
        all.add(containment.tenant().value());
        all.add(at.atOffset(ZoneOffset.UTC));
        all.add(at.atOffset(ZoneOffset.UTC));
        all.addAll(List.of(values));
        all.add(most);
        return everyTenant.query(
                LIVE.formatted(condition),
                (row, number) -> new Reached(KIND, row.getString("lease"), Fate.REVOKED),
                all.toArray());
    }
}
