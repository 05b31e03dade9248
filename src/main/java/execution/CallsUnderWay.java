package execution;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import execution.gateway.Gate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import secrets.Lease;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.Postures;
import tenancy.Restriction;
import tenancy.Subject;
import tenancy.TenantId;

/**
 * The calls that this node has under way. What is contained either finds a call here and ends it, or is seen by the call
 * before its first byte leaves.
 */
@Component
class CallsUnderWay {

    private static final Logger LOG = LoggerFactory.getLogger(CallsUnderWay.class);

    /** So many containments are remembered, each for so long: until their receipts are written. */
    private static final int MOST_REMEMBERED = 1_000;

    private static final Duration REMEMBERED_FOR = Duration.ofMinutes(10);

    private final Postures postures;
    private final ConcurrentMap<TenantId, Set<Underway>> calls = new ConcurrentHashMap<>();
    /** What each containment ended here: it may be over before anybody looks for what it reached. */
    private final Cache<Ended, Set<String>> ended = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(REMEMBERED_FOR)
            .build();

    CallsUnderWay(Postures postures) {
        this.postures = postures;
    }

    private record Ended(TenantId tenant, String containment) {}

    /** A call is about to be made; to be closed when it is over. */
    Underway begin(Waiting action, @Nullable Lease lease) {
        Reachable reach = action.reach();
        Subject subject = reach.subject().with(lease == null ? null : lease.secret());
        var call = new Underway(
                action.action(), new Reachable(subject, reach.effect(), reach.reversible(), reach.granted()));
        calls.compute(action.action().tenant(), (tenant, ofTenant) -> {
            Set<Underway> all = ofTenant == null ? ConcurrentHashMap.newKeySet() : ofTenant;
            all.add(call);
            return all;
        });
        end(call);
        return call;
    }

    /** Ends what may not go on under the postures of now. */
    void changed(TenantId tenant) {
        List.copyOf(calls.getOrDefault(tenant, Set.of())).forEach(this::end);
    }

    /** The actions whose calls this containment ended here, by key. */
    Set<String> endedBy(TenantId tenant, String containment) {
        Set<String> keys = ended.getIfPresent(new Ended(tenant, containment));
        return keys == null ? Set.of() : Set.copyOf(keys);
    }

    private void end(Underway call) {
        TenantId tenant = call.action.tenant();
        Optional<Restriction> restriction = postures.known(tenant, call.reach.subject());
        restriction.filter(call.reach::isEndedBy).ifPresent(ending -> {
            Objects.requireNonNull(
                            ended.get(new Ended(tenant, ending.containment()), none -> ConcurrentHashMap.newKeySet()))
                    .add(call.action.key());
            call.end(ending.cause());
        });
    }

    /** One call, from before it is checked until it is over. */
    final class Underway implements Gate, AutoCloseable {

        private final ActionId action;
        private final Reachable reach;
        private @Nullable Runnable cancel;
        private @Nullable Cause ended;

        private Underway(ActionId action, Reachable reach) {
            this.action = action;
            this.reach = reach;
        }

        private void end(Cause why) {
            Runnable running;
            synchronized (this) {
                if (ended != null) {
                    return;
                }
                ended = why;
                running = cancel;
            }
            if (running != null) {
                cancel(running);
            }
        }

        private void cancel(Runnable running) {
            try {
                running.run();
            } catch (RuntimeException alreadyOver) {
                LOG.warn("A contained call of {} could not be cancelled", action, alreadyOver);
            }
        }

        @Override
        public synchronized boolean leaves() {
            return ended == null;
        }

        @Override
        public void on(Runnable running) {
            boolean late;
            synchronized (this) {
                cancel = running;
                late = ended != null;
            }
            if (late) {
                cancel(running);
            }
        }

        @Override
        public synchronized void answered() {
            cancel = null;
        }

        @Override
        public synchronized @Nullable Cause ended() {
            return ended;
        }

        @Override
        public void close() {
            calls.computeIfPresent(action.tenant(), (tenant, ofTenant) -> {
                ofTenant.remove(this);
                return ofTenant.isEmpty() ? null : ofTenant;
            });
        }
    }
}
