package execution.simulation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;
import tenancy.PastEvents;
import tenancy.Refusal;
import tenancy.TenantId;

/** Simulations that run or have run on this node, kept in memory for a while: they can be asked for again. */
@Component
class Simulations implements DisposableBean {

    private static final int MOST_OF_A_TENANT = 2;
    private static final int MOST_KEPT = 500;
    private static final Duration KEPT = Duration.ofMinutes(30);
    /** One at a time: a core is left for deciding, whatever is tried. */
    private static final int THREADS = 1;

    private static final int MOST_WAITING = 32;

    private final PastEvents past;
    private final Supplier<UUID> ids;
    private final Cache<String, Simulation> kept =
            Caffeine.newBuilder().maximumSize(MOST_KEPT).expireAfterWrite(KEPT).build();
    private final ExecutorService workers = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform()
                    .daemon()
                    .name("simulations-", 0)
                    .priority(Thread.MIN_PRIORITY)
                    .factory());

    Simulations(PastEvents past, Supplier<UUID> ids) {
        this.past = past;
        this.ids = ids;
    }

    /** As many simulations as may be are under way already. */
    static final class TooManySimulations extends Refusal {
        TooManySimulations(String whose) {
            super(
                    Kind.TOO_MANY,
                    "too_many_simulations",
                    "%s has as many simulations under way as it may; wait for one to end.".formatted(whose));
        }
    }

    Simulation start(Simulation.Subject subject) {
        var simulation = new Simulation("sim_" + ids.get().toString().replace("-", ""), subject, past);
        synchronized (this) {
            long underWay = kept.asMap().values().stream()
                    .filter(other -> other.tenant().equals(subject.tenant()) && !other.isOver())
                    .count();
            if (underWay >= MOST_OF_A_TENANT) {
                throw new TooManySimulations("This tenant");
            }
            try {
                workers.execute(simulation::run);
            } catch (RejectedExecutionException full) {
                throw new TooManySimulations("The platform");
            }
            kept.put(simulation.view().simulationId(), simulation);
        }
        return simulation;
    }

    Optional<Simulation> find(TenantId tenant, String profile, String id) {
        return Optional.ofNullable(kept.getIfPresent(id))
                .filter(found ->
                        found.tenant().equals(tenant) && found.profile().equals(profile));
    }

    @Override
    public void destroy() {
        workers.shutdownNow();
    }
}
