package execution.gateway;

import org.jspecify.annotations.Nullable;
import tenancy.TenantContext;
import tools.jackson.databind.JsonNode;

/** Told of tools that are not what was accepted, by calls that were about to call them. */
@FunctionalInterface
interface Drift {

    /**
     * A server does not describe a tool as its operation pins it. Returns once that is written down, or cannot be; never
     * throws: the call that found it has an outcome of its own.
     *
     * @param context of the call
     * @param tool as the server describes it now; absent if it has it no more
     */
    void found(TenantContext context, HttpOperation operation, @Nullable JsonNode tool);
}
