package secrets;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import secrets.SecretCommand.WriteDown;
import secrets.SecretEvent.LeaseUseRefused;
import secrets.SecretEvent.LeasesEnded;
import secrets.SecretEvent.SealedValueRefused;
import tenancy.Recurring;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/**
 * Writes down what became of leases, gathered for a moment: an event for each use would cost as much as the action
 * itself, and a flood of refused uses must not reach the journal one by one.
 */
@Component
class LeaseReports implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(LeaseReports.class);
    private static final Duration MOMENT = Duration.ofMillis(200);
    private static final int MOST_ENDS = 500;
    private static final int MOST_TOLD_APART = 500;
    private static final long LONGEST_WAIT_SECONDS = 10;

    private final TenantCommands commands;
    private final Clock clock;
    private Map<TenantId, Gathered> gathered = new HashMap<>();
    private final Recurring flushing = new Recurring("lease-reports", MOMENT, this::flush);

    LeaseReports(TenantCommands commands, Clock clock) {
        this.commands = commands;
        this.clock = clock;
    }

    private record Attempt(@Nullable String lease, @Nullable String action, String code) {}

    private static final class Gathered {

        private final List<LeasesEnded.End> ends = new ArrayList<>();
        private final Map<Attempt, Long> attempts = new LinkedHashMap<>();
        private final Map<SealedValueRefused, Boolean> tampered = new LinkedHashMap<>();

        private List<SecretEvent> events() {
            List<SecretEvent> events = new ArrayList<>(tampered.keySet());
            for (int from = 0; from < ends.size(); from += MOST_ENDS) {
                events.add(new LeasesEnded(ends.subList(from, Math.min(ends.size(), from + MOST_ENDS))));
            }
            attempts.forEach((attempt, times) ->
                    events.add(new LeaseUseRefused(attempt.lease(), attempt.action(), attempt.code(), times)));
            return events;
        }
    }

    void ended(Lease lease, String outcome) {
        Instant now = clock.instant();
        synchronized (this) {
            of(lease).ends.add(new LeasesEnded.End(lease.id(), outcome, now));
        }
    }

    synchronized void refused(Lease lease, String code) {
        Map<Attempt, Long> attempts = of(lease).attempts;
        var attempt = new Attempt(lease.id(), lease.action().key(), code);
        boolean toldApart = attempts.size() < MOST_TOLD_APART || attempts.containsKey(attempt);
        attempts.merge(toldApart ? attempt : new Attempt(null, null, code), 1L, Long::sum);
    }

    synchronized void tampered(Lease lease, long version, String why) {
        Map<SealedValueRefused, Boolean> tampered = of(lease).tampered;
        if (tampered.size() < MOST_TOLD_APART) {
            tampered.put(new SealedValueRefused(lease.secret(), version, why), true);
        }
    }

    private Gathered of(Lease lease) {
        return gathered.computeIfAbsent(lease.action().tenant(), tenant -> new Gathered());
    }

    /** Sends what has gathered, and waits until it is committed. */
    void flush() {
        Map<TenantId, Gathered> sent;
        synchronized (this) {
            sent = gathered;
            gathered = new HashMap<>();
        }
        CompletableFuture<?>[] answers = sent.entrySet().stream()
                .map(entry -> write(entry.getKey(), entry.getValue().events()))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(answers)
                .orTimeout(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    private CompletableFuture<?> write(TenantId tenant, List<SecretEvent> events) {
        return commands.send(
                        TenantContext.of(tenant, "platform:leases", null),
                        new WriteDown(new SecretBookId(tenant), events))
                .exceptionally(failed -> {
                    LOG.error("What became of {} leases of {} was not journaled", events.size(), tenant, failed);
                    return null;
                });
    }

    @Override
    public void start() {
        flushing.start();
    }

    @Override
    public void stop() {
        if (!flushing.isRunning()) {
            return;
        }
        flushing.stop();
        try {
            flush();
        } catch (RuntimeException failed) {
            LOG.error("What became of leases was not journaled in time", failed);
        }
    }

    @Override
    public boolean isRunning() {
        return flushing.isRunning();
    }
}
