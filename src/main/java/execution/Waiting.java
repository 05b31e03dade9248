package execution;

import org.jspecify.annotations.Nullable;
import tenancy.ActionId;
import tenancy.TenantContext;

/**
 * An admitted action that waits for a slot: what its turn is decided by, and on whose behalf it will run.
 *
 * @param cost what it is expected to use, in milliseconds of one slot
 * @param bulkheads most calls of the tenant to the system, and to the operation, at a time
 * @param trace W3C {@code traceparent} of the request that admitted it
 * @param reach what a containment may be set for of it
 */
record Waiting(
        ActionId action,
        TenantContext context,
        @Nullable String trace,
        String pool,
        String system,
        String operation,
        long cost,
        Bulkheads bulkheads,
        String quotaClass,
        Reachable reach) {

    /** Of which nothing is known but its context, its system and its operation. */
    Waiting(
            ActionId action,
            TenantContext context,
            @Nullable String trace,
            String pool,
            String system,
            String operation,
            long cost,
            Bulkheads bulkheads,
            String quotaClass) {
        this(
                action,
                context,
                trace,
                pool,
                system,
                operation,
                cost,
                bulkheads,
                quotaClass,
                Reachable.of(context, system, operation));
    }

    /** The same action, running for whoever sent it and not for whoever agreed. */
    Waiting onBehalfOf(String principal) {
        return new Waiting(
                action,
                Origin.onBehalfOf(context, principal),
                trace,
                pool,
                system,
                operation,
                cost,
                bulkheads,
                quotaClass,
                reach);
    }

    String tenant() {
        return action.tenant().value();
    }
}
