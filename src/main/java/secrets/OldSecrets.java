package secrets;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import secrets.SecretCommand.RetireDue;
import tenancy.Forgetting;
import tenancy.Recurring;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/**
 * Retires versions whose overlap is over, and clears away what nobody told of and what nobody asks for any more. What is
 * due is read from tables that outlive a restart; several nodes may see the same, and the second finds nothing to do.
 */
@Component
class OldSecrets implements Forgetting, SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(OldSecrets.class);
    private static final Duration RETIRES_EVERY = Duration.ofSeconds(1);
    private static final Duration CLEARS_EVERY = Duration.ofMinutes(1);

    /** Longer than any command waits to be committed. */
    private static final Duration UNTOLD_FOR = Duration.ofMinutes(2);

    /** Longer than any lease lasts, than is looked back for fences, and than the clocks of nodes may differ. */
    private static final Duration FENCES_HOLD_FOR = Duration.ofHours(1);

    private static final int MOST_AT_ONCE = 100;
    private static final int MOST_LEASES = 1_000;
    private static final long LONGEST_WAIT_SECONDS = 30;
    private static final String OVERLAP_OVER = """
        select distinct tenant_id from secrets.version where works_until <= ? limit ?\
        """;
    private static final String UNTOLD = """
        select s.tenant_id, s.secret, s.version from secrets.sealed_value s
        where s.created_at <= ? and not exists (select from secrets.version v
            where v.tenant_id = s.tenant_id and v.secret = s.secret and v.version = s.version) limit ?\
        """;
    private static final String OLD_LEASES = """
        select distinct tenant_id from
            (select tenant_id from secrets.lease where issued_at < ? order by issued_at limit ?) oldest\
        """;
    private static final String FORGET_LEASES = """
        delete from secrets.lease where tenant_id = ? and lease in
            (select lease from secrets.lease where tenant_id = ? and issued_at < ? order by lease limit ?)\
        """;

    private static final String OLD_FENCES = """
        select distinct tenant_id from
            (select tenant_id from secrets.fence where revoked_at < ? order by revoked_at limit ?) oldest\
        """;
    private static final String FORGET_FENCES = """
        delete from secrets.fence where tenant_id = ? and revoked_at < ?\
        """;
    private static final String UNCOLLECTED = """
        select tenant_id, lease from secrets.minted_token where expires_at <= ? order by expires_at limit ?\
        """;
    private static final String FORGET_HAND_OUTS = """
        delete from secrets.hand_out h where h.tenant_id = ? and h.minted_at < ?
            and not exists (select from secrets.lease l where l.tenant_id = h.tenant_id and l.lease = h.lease)\
        """;

    private final TenantCommands commands;
    private final SealedValues values;
    private final UncollectedTokens uncollected;
    private final TenantTransactions transactions;
    private final JdbcTemplate ofTenant;
    private final JdbcTemplate everyTenant;
    private final Clock clock;
    private final SecretsSettings settings;
    private final Recurring retiring = new Recurring("old-secrets", RETIRES_EVERY, this::retire);
    private final Recurring clearing = new Recurring("cleared-secrets", CLEARS_EVERY, this::clear);

    OldSecrets(
            TenantCommands commands,
            SealedValues values,
            UncollectedTokens uncollected,
            TenantTransactions transactions,
            JdbcTemplate ofTenant,
            @Qualifier("systemDataSource") DataSource everyTenant,
            Clock clock,
            SecretsSettings settings) {
        this.commands = commands;
        this.values = values;
        this.uncollected = uncollected;
        this.transactions = transactions;
        this.ofTenant = ofTenant;
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.clock = clock;
        this.settings = settings;
    }

    private record Untold(TenantId tenant, String secret, long version) {}

    /** Clears away what nobody told of, and leases that are asked for no more. */
    void clear() {
        Instant now = clock.instant();
        everyTenant
                .query(
                        UNTOLD,
                        (row, number) -> new Untold(new TenantId(row.getString(1)), row.getString(2), row.getLong(3)),
                        now.minus(UNTOLD_FOR).atOffset(ZoneOffset.UTC),
                        MOST_AT_ONCE)
                .forEach(untold -> values.discard(untold.tenant(), untold.secret(), untold.version()));
        forgetUncollected(now);
        forget(now, UnaryOperator.identity());
    }

    @Override
    public Set<String> tables() {
        return Set.of("secrets.lease", "secrets.fence");
    }

    @Override
    public void forget(Instant now, UnaryOperator<String> said) {
        forgetFences(now.minus(FENCES_HOLD_FOR), said);
        forgetLeases(now.minus(settings.leasesKept()), said);
    }

    /** Every lease that is older than such a fence has expired. What is revoked stays revoked: the book knows. */
    private void forgetFences(Instant before, UnaryOperator<String> said) {
        inTurns(
                said.apply(OLD_FENCES),
                before,
                tenant -> ofTenant.update(said.apply(FORGET_FENCES), tenant.value(), before.atOffset(ZoneOffset.UTC)));
    }

    private void forgetUncollected(Instant now) {
        Map<TenantId, List<String>> late = new HashMap<>();
        everyTenant.query(
                UNCOLLECTED,
                row -> {
                    late.computeIfAbsent(new TenantId(row.getString(1)), tenant -> new ArrayList<>())
                            .add(row.getString(2));
                },
                now.atOffset(ZoneOffset.UTC),
                MOST_LEASES);
        late.forEach((tenant, leases) -> {
            var unused = uncollected.forget(tenant, leases);
        });
    }

    /** Retires versions whose overlap is over, and waits for it. */
    void retire() {
        Instant now = clock.instant();
        CompletableFuture<?>[] sent = tenants(OVERLAP_OVER, now, MOST_AT_ONCE).stream()
                .map(tenant -> commands.send(
                                TenantContext.of(tenant, "platform:overlap", null),
                                new RetireDue(new SecretBookId(tenant), now))
                        .exceptionally(failed -> {
                            LOG.warn("Versions of {} are due and not retired yet: {}", tenant, failed.toString());
                            return null;
                        }))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(sent)
                .orTimeout(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    private void forgetLeases(Instant before, UnaryOperator<String> said) {
        var until = before.atOffset(ZoneOffset.UTC);
        inTurns(
                said.apply(OLD_LEASES),
                before,
                tenant -> ofTenant.update(said.apply(FORGET_LEASES), tenant.value(), tenant.value(), until, MOST_LEASES)
                        + ofTenant.update(said.apply(FORGET_HAND_OUTS), tenant.value(), until));
    }

    /** Until no tenant has anything that old. */
    private void inTurns(String old, Instant before, ToIntFunction<TenantId> forget) {
        int gone;
        do {
            gone = 0;
            for (TenantId tenant : tenants(old, before, MOST_LEASES)) {
                gone += transactions.in(tenant, () -> forget.applyAsInt(tenant));
            }
        } while (gone > 0);
    }

    private List<TenantId> tenants(String query, Instant at, int limit) {
        return everyTenant.query(
                query, (row, number) -> new TenantId(row.getString(1)), at.atOffset(ZoneOffset.UTC), limit);
    }

    @Override
    public void start() {
        retiring.start();
        clearing.start();
    }

    @Override
    public void stop() {
        retiring.stop();
        clearing.stop();
    }

    @Override
    public boolean isRunning() {
        return retiring.isRunning();
    }
}
