package secrets;

import java.time.Instant;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.TenantContext;

/** Who may use which secret for what: decided in the tenant's lane, and written down either way. */
public interface Leases {

    /**
     * Issues a lease for an action that policy has allowed, or says why not. To be called in the unit of work that
     * commits the action's intent, so that neither exists without the other.
     */
    Answer lease(Request request);

    /**
     * @param context on whose behalf: workspace, agent and run are those of the action
     * @param agentClass and trust zone as the agent is registered now
     * @param destination host that the operation reaches, lower case, without port
     * @param origin the same with scheme and port, as {@link Origin} spells it
     * @param mode {@link Mode#of} the operation's effect
     * @param handsOut whether a token is to be made of it, and no request sent with it
     */
    record Request(
            ActionId action,
            TenantContext context,
            String agentClass,
            String trustZone,
            String system,
            String operation,
            String destination,
            String origin,
            Mode mode,
            boolean handsOut,
            Instant at) {}

    sealed interface Answer {

        record Issued(Lease lease) implements Answer {}

        /** @param code stable, such as {@code no_grant}, {@code no_secret}, {@code read_only_class} */
        record Refused(String code, Cause cause) implements Answer {}

        /** The secret is contained: it may be leased again after the release. */
        record Contained() implements Answer {}
    }
}
