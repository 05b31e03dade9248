package policy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import policy.PolicyCommand.ExpireRules;
import tenancy.Recurring;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/**
 * Takes out rules whose end has come. What is due is read from a table that outlives a restart, and each profile is
 * changed by a command in its tenant's lane: several nodes may see the same, and the second finds nothing to do.
 */
@Component
class Expiries implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Expiries.class);
    private static final Duration BETWEEN_SWEEPS = Duration.ofSeconds(1);
    private static final int MOST_AT_ONCE = 100;
    private static final long LONGEST_WAIT_SECONDS = 30;
    private static final int MOST_NAMED = 10;
    private static final String DUE = """
        select tenant_id, profile from policy.rule_expiry where due_at <= ? order by due_at limit ?\
        """;

    private final TenantCommands commands;
    private final JdbcTemplate allTenants;
    private final Clock clock;
    private final Recurring sweeping = new Recurring("policy-expiry", BETWEEN_SWEEPS, this::sweep);

    Expiries(TenantCommands commands, @Qualifier("systemDataSource") DataSource allTenants, Clock clock) {
        this.commands = commands;
        this.allTenants = new JdbcTemplate(allTenants);
        this.clock = clock;
    }

    /** Why a version without these rules was published. */
    static String comment(List<String> rules) {
        String named = String.join(", ", rules.subList(0, Math.min(rules.size(), MOST_NAMED)));
        return "Expired: %s%s.".formatted(named, rules.size() > MOST_NAMED ? " and others" : "");
    }

    /** Sends what is due to the tenants' lanes and waits for it; what failed is due at the next sweep too. */
    void sweep() {
        Instant now = clock.instant();
        List<ProfileId> due = allTenants.query(
                DUE,
                (row, n) -> new ProfileId(new TenantId(row.getString("tenant_id")), row.getString("profile")),
                OffsetDateTime.ofInstant(now, ZoneOffset.UTC),
                MOST_AT_ONCE);
        CompletableFuture<?>[] sent = due.stream()
                .map(profile -> commands.send(
                                TenantContext.of(profile.tenant(), "platform:policy_expiry", null),
                                new ExpireRules(profile, now))
                        .exceptionally(failed -> {
                            LOG.warn("Rules of {} are due and not taken out yet: {}", profile, failed.toString());
                            return null;
                        }))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(sent)
                .orTimeout(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void start() {
        sweeping.start();
    }

    @Override
    public void stop() {
        sweeping.stop();
    }

    @Override
    public boolean isRunning() {
        return sweeping.isRunning();
    }
}
