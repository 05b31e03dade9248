package execution.gateway;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import secrets.Lease;
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
     * @param lease of the credential that the operation needs; absent if it needs none
     * @param redacted told of what had to be taken out of the answer, before the call returns
     * @param gate who may end it from outside
     * @param lender lends for what is read to look for the effect
     */
    record Call(
            ActionId action,
            TenantContext context,
            Target target,
            String arguments,
            String idempotencyKey,
            @Nullable Lease lease,
            Consumer<Redaction> redacted,
            Gate gate,
            Lender lender) {

        /** That nobody ends from outside, whose effect nobody looks for, or by a read that needs no credential. */
        public Call(
                ActionId action,
                TenantContext context,
                Target target,
                String arguments,
                String idempotencyKey,
                @Nullable Lease lease,
                Consumer<Redaction> redacted) {
            this(action, context, target, arguments, idempotencyKey, lease, redacted, Gate.OPEN, read -> null);
        }

        /** A call of an operation that needs no credential. */
        public Call(ActionId action, TenantContext context, Target target, String arguments, String idempotencyKey) {
            this(action, context, target, arguments, idempotencyKey, null, redaction -> {});
        }
    }

    /** Lends a probe its own credential: a read's, for the action whose effect it looks for. */
    interface Lender {

        /**
         * Asked outside of lanes, only for an operation that needs a credential.
         *
         * @return null if nothing is lent: then the effect cannot be looked for
         */
        @Nullable
        Lease lend(Operation read);
    }
}
