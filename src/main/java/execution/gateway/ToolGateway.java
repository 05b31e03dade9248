package execution.gateway;

import tenancy.ActionId;
import tenancy.Target;
import tenancy.TenantContext;

/** Sends one action to its target system. Nothing else in the platform reaches out on an action's behalf. */
public interface ToolGateway {

    /**
     * Calls the target and waits, bounded by the operation's own timeouts. For virtual threads. Never throws for what
     * the target or the network does: that is an {@link Outcome}.
     *
     * @param call what to do; the intent is committed before this is called
     */
    Outcome call(Operation operation, Call call);

    /**
     * @param arguments canonical JSON, validated
     * @param idempotencyKey sent to the target where the connector says how
     */
    record Call(ActionId action, TenantContext context, Target target, String arguments, String idempotencyKey) {}
}
