package tenancy.containment;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tenancy.Conduct;
import tenancy.ContainmentScope;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.containment.Confirmations.Change;
import tenancy.containment.ContainmentCommand.FireRule;
import tenancy.containment.Rule.Mode;
import tenancy.containment.Rule.Trigger;

/**
 * Counts what agents do by the rules of their tenants, in memory: what another node has counted, and what was counted
 * before a restart, is not added.
 */
@Component
class WatchedConduct implements Conduct {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedConduct.class);
    private static final int MOST_COUNTED = 50_000;
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(2);

    private final TenantCommands commands;
    private final Confirmations confirmations;
    private final MeterRegistry meters;
    private final Supplier<UUID> ids;
    private final Map<TenantId, List<Rule>> rules = new ConcurrentHashMap<>();
    private final Cache<Counted, Minute> counts = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_COUNTED)
            .expireAfterAccess(FORGOTTEN_AFTER)
            .build();

    WatchedConduct(TenantCommands commands, Confirmations confirmations, MeterRegistry meters, Supplier<UUID> ids) {
        this.commands = commands;
        this.confirmations = confirmations;
        this.meters = meters;
        this.ids = ids;
    }

    private record Counted(TenantId tenant, String rule, ContainmentScope scope, String likeness) {}

    /** The tenant's rules, as they are in force. */
    void know(TenantId tenant, List<Rule> inForce) {
        if (inForce.isEmpty()) {
            rules.remove(tenant);
        } else {
            rules.put(tenant, List.copyOf(inForce));
        }
    }

    /** All that are known are these. */
    void knowAll(Map<TenantId, List<Rule>> all) {
        rules.keySet().retainAll(all.keySet());
        all.forEach(this::know);
    }

    @Override
    public boolean isWatched(TenantId tenant) {
        return !rules.isEmpty() && rules.containsKey(tenant);
    }

    @Override
    public void happened(TenantId tenant, Happening happening) {
        for (Rule rule : rules.getOrDefault(tenant, List.of())) {
            ContainmentScope scope = rule.scopeOf(tenant, happening);
            boolean repeats = rule.trigger() == Trigger.REPEATS;
            Minute minute = counts.get(
                    new Counted(tenant, rule.name(), scope, repeats ? happening.likeness() : ""),
                    first -> new Minute());
            long measured = minute.count(rule.trigger(), happening);
            if (measured >= rule.threshold() && minute.fires(happening)) {
                Thread unused = Thread.ofVirtual()
                        .name("containment-rule")
                        .start(() -> fire(tenant, rule, scope, measured, happening.at()));
            }
        }
    }

    private void fire(TenantId tenant, Rule rule, ContainmentScope scope, long measured, Instant at) {
        Counter.builder("containment.rule.fired")
                .description("Times that a rule's threshold was reached")
                .tag("trigger", rule.trigger().word())
                .tag("mode", rule.mode().word())
                .register(meters)
                .increment();
        if (rule.mode() != Mode.SHADOW) {
            LOG.warn(
                    "Rule {} of {}: {} {} in a minute for {}, threshold {}",
                    rule.name(),
                    tenant,
                    measured,
                    rule.trigger().word(),
                    scope.word(),
                    rule.threshold());
        }
        TenantContext context = TenantContext.of(tenant, rule.by(), null);
        try {
            PostureChange change = commands.ask(
                    context,
                    new FireRule(
                            new PostureBookId(tenant),
                            rule.name(),
                            scope,
                            measured,
                            "cnt_" + ids.get().toString().replace("-", ""),
                            at));
            if (change instanceof PostureChange.Set set) {
                confirmations.follow(new Change(
                        context,
                        set.restriction(),
                        set.restriction().posture(),
                        set.restriction().reason(),
                        rule.by(),
                        set.restriction().epoch(),
                        at));
            }
        } catch (RuntimeException failed) {
            LOG.error("Rule {} of {} could not be enforced", rule.name(), tenant, failed);
        }
    }
}
