package execution.gateway;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tenancy.TenantContext;

/** How a tenant's target systems fare, as this node has seen them. */
public interface SystemHealth {

    /** Empty if the tenant has no such connector. */
    Optional<Standing> of(TenantContext context, String system);

    /**
     * @param bulkhead most calls of the tenant to the system at a time
     * @param bulkheads of its operations, by name; 0 where an operation has none of its own
     */
    record Standing(Circuit circuit, int bulkhead, Map<String, Integer> bulkheads) {

        public Standing {
            bulkheads = Map.copyOf(bulkheads);
        }
    }

    /**
     * @param state {@code closed} while calls go through, {@code open} while none does, {@code half_open} while a few are
     *     let through to see whether the system is back
     * @param failureRate percent of the calls looked at; absent while there were too few
     * @param opensAt when calls are let through again; absent where that is now, or depends on calls under way
     * @param lastFailure code of the last failure seen, such as {@code read_timeout}
     */
    record Circuit(
            String state,
            @Nullable Double failureRate,
            @Nullable Instant opensAt,
            @Nullable String lastFailure) {

        static final Circuit UNUSED = new Circuit("closed", null, null, null);
    }
}
