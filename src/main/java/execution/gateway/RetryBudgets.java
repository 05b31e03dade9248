package execution.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/**
 * How much a tenant may try again: a share of its calls, or a handful where there are few. When a target is down,
 * retries of those who call it most would otherwise become load on everybody else.
 */
@Component
class RetryBudgets {

    private static final int MOST = 50_000;

    private final RetrySettings settings;
    private final LongSupplier nanoTime;
    private final Cache<TenantId, Budget> budgets;

    @Autowired
    RetryBudgets(RetrySettings settings) {
        this(settings, System::nanoTime);
    }

    RetryBudgets(RetrySettings settings, LongSupplier nanoTime) {
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.budgets = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumSize(MOST)
                .expireAfterAccess(
                        settings.window().compareTo(Duration.ofMinutes(1)) > 0
                                ? settings.window()
                                : Duration.ofMinutes(1))
                .build();
    }

    Budget of(TenantId tenant) {
        return budgets.get(tenant, none -> new Budget());
    }

    /** One tenant's calls and retries of the last while, in slices of the window. */
    final class Budget {

        private static final int SLICES = 10;

        private final long[] calls = new long[SLICES];
        private final long[] retries = new long[SLICES];
        private final long slice = Math.max(1, settings.window().toNanos() / SLICES);
        private final long start = nanoTime.getAsLong();
        private long now;

        /** A call is made for the first time. */
        synchronized void called() {
            calls[at()]++;
        }

        /** Whether a call may be made once more; if so, that is counted. */
        synchronized boolean again() {
            int at = at();
            if (used() >= most()) {
                return false;
            }
            retries[at]++;
            return true;
        }

        /** Retries in the window. */
        synchronized long used() {
            return sum(retries);
        }

        /** Retries that the window allows. */
        synchronized long most() {
            return Math.max(settings.floor(), sum(calls) * settings.percent() / 100);
        }

        private int at() {
            long reached = (nanoTime.getAsLong() - start) / slice;
            for (long passed = Math.max(now + 1, reached - SLICES + 1); passed <= reached; passed++) {
                calls[(int) (passed % SLICES)] = 0;
                retries[(int) (passed % SLICES)] = 0;
            }
            now = Math.max(now, reached);
            return (int) (now % SLICES);
        }

        private static long sum(long[] slices) {
            long sum = 0;
            for (long one : slices) {
                sum += one;
            }
            return sum;
        }
    }
}
