package execution;

import execution.gateway.Quarantined;
import java.util.List;
import org.jspecify.annotations.Nullable;
import policy.Verdict;
import quota.Reservation;
import tenancy.ActionEnvelope;
import tenancy.AgentId;
import tenancy.Refusal;
import tenancy.Target;
import tenancy.TenantContext;

/**
 * What would come of an action: decided as admission decides, in the tenant's lane, and nothing of it is recorded,
 * reserved or executed. Every call waits; for virtual threads.
 */
public interface Rehearsals {

    /**
     * What would come of an envelope at this moment.
     *
     * @param boundTo the agent that the credential is bound to; null if to none
     * @throws Refusal for a request that could not be decided on
     */
    Decided of(TenantContext context, @Nullable AgentId boundTo, Envelope envelope);

    /** What would come of each of these at one moment, in their order, up to where the semantic ends them. */
    List<Rehearsed> of(TenantContext context, @Nullable AgentId boundTo, List<Question> questions, Semantic semantic);

    /** Which of several are decided. */
    enum Semantic {
        EXECUTE_ALL,
        DENY_ON_FIRST_DENY,
        PERMIT_ON_FIRST_PERMIT
    }

    /**
     * What an agent would ask for. All else is as it is registered.
     *
     * @param arguments as the caller sent them, JSON
     * @param tokens model tokens that the caller expects it to take
     */
    record Question(
            AgentId agent,
            String operation,
            Target target,
            String arguments,
            List<String> dataClasses,
            @Nullable String model,
            long tokens) {

        public Question {
            dataClasses = List.copyOf(dataClasses);
        }
    }

    /** What would come of one of them. */
    sealed interface Rehearsed {

        /** Whether an action would be admitted by policy as it is, with nobody and nothing else to ask. */
        default boolean isPermitted() {
            return this instanceof Decided decided
                    && decided.verdict() instanceof Verdict.Allowed
                    && decided.quarantine() == null;
        }
    }

    /**
     * It was decided on.
     *
     * @param quarantine why it would be denied although policy does not deny it; absent if it would not
     * @param reservation absent where it would be denied: then nothing would be reserved
     */
    record Decided(
            ActionEnvelope envelope,
            Verdict verdict,
            @Nullable Quarantined quarantine,
            @Nullable Reservation reservation)
            implements Rehearsed {}

    /** It could not be decided on: unknown agent, system or operation, or arguments that are not the operation's. */
    record Unusable(Refusal why) implements Rehearsed {}
}
