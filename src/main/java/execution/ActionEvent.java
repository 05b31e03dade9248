package execution;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.axonframework.serialization.Revision;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;
import tenancy.Effect;
import tenancy.Estimate;

/** All that can happen to an action. Its tenant, workspace, agent, run, profile and quota class are metadata. */
public sealed interface ActionEvent {

    /** The action's key within its tenant; it is the id of the decision too. */
    String action();

    /** Whether nothing follows it any more. */
    default boolean endsIt() {
        return switch (this) {
            case ActionQueued _, ActionStarted _, ActionRequeued _ -> false;
            case ActionRefused _, ActionSucceeded _, ActionFailed _, ActionOutcomeUnknown _, ActionCancelled _ -> true;
        };
    }

    /**
     * What was asked for, as policy and quota saw it.
     *
     * @param target what the envelope's target said beside the system
     * @param arguments canonical JSON (RFC 8785)
     * @param recipients domains of those whom it addresses
     * @param estimate what it is expected to use
     * @param agentClass the class and the trust zone of the agent's registration when it asked
     */
    record Requested(
            String system,
            String operation,
            Effect effect,
            Map<String, String> target,
            String destination,
            String arguments,
            List<String> dataClasses,
            @Nullable String model,
            List<String> recipients,
            Estimate estimate,
            String agentClass,
            String trustZone,
            long connectorVersion,
            String schemaDigest) {

        public Requested {
            target = Map.copyOf(target);
            dataClasses = List.copyOf(dataClasses);
            recipients = List.copyOf(recipients);
        }
    }

    /** The policy version that decided, and the rules that spoke. */
    record Ruling(long version, List<Rule> rules) {

        public Ruling {
            rules = List.copyOf(rules);
        }

        /** @param words what the rule says, for a tenant's developer */
        public record Rule(String rule, String words) {}
    }

    /**
     * What was drawn on a budget for this action.
     *
     * @param used what was spent and reserved of it, this action included
     */
    record Reserved(String budget, long used, long limit) {}

    /**
     * Admitted: it will run once a slot is free.
     *
     * @param bulkhead most calls of the tenant to the system at a time
     * @param idempotencyKey unique in the tenant; sent to the target where its connector says how
     * @param requestDigest SHA-256 over all that was asked for: another request under the same key is refused
     */
    @Revision("1")
    record ActionQueued(
            String action,
            Requested requested,
            Ruling ruling,
            Reserved reservation,
            String pool,
            int bulkhead,
            String idempotencyKey,
            String requestDigest,
            Instant decidedAt)
            implements ActionEvent {}

    /**
     * Not admitted, and nothing was used.
     *
     * @param state {@code denied}, {@code throttled} or {@code budget_exceeded}
     * @param remedy what would have to change, in a word or a sentence
     */
    @Revision("1")
    record ActionRefused(
            String action,
            ActionState state,
            Requested requested,
            Ruling ruling,
            Cause cause,
            String remedy,
            Instant decidedAt)
            implements ActionEvent {}

    /**
     * The intent to call the target, committed before the call.
     *
     * @param attempt 1, or more if it was interrupted and is idempotent
     * @param claim who runs it: only the worker that made this word may go on
     * @param idempotent whether it may be repeated if it is interrupted
     */
    @Revision("1")
    record ActionStarted(
            String action,
            int attempt,
            String claim,
            boolean idempotent,
            long connectorVersion,
            String schemaDigest,
            Instant startedAt)
            implements ActionEvent {}

    /**
     * The target did it.
     *
     * @param status HTTP status of the target's answer
     * @param result the target's answer as JSON
     * @param requests how many requests were sent, retries included
     */
    @Revision("1")
    record ActionSucceeded(String action, int attempt, int status, String result, int requests, Instant endedAt)
            implements ActionEvent {}

    /**
     * The target did not do it, for sure.
     *
     * @param code stable, such as {@code target_refused}
     * @param requests 0 if nothing left the platform
     */
    @Revision("1")
    record ActionFailed(
            String action,
            int attempt,
            @Nullable Integer status,
            String code,
            Cause cause,
            int requests,
            Instant endedAt)
            implements ActionEvent {}

    /** It may have been done: sent, and no answer that tells. */
    @Revision("1")
    record ActionOutcomeUnknown(String action, int attempt, String code, Cause cause, int requests, Instant endedAt)
            implements ActionEvent {}

    /** Taken back before it was started. */
    @Revision("1")
    record ActionCancelled(String action, Instant endedAt) implements ActionEvent {}

    /** Interrupted while running, and idempotent: it waits for a slot again. */
    @Revision("1")
    record ActionRequeued(String action, int attempt, String reason, Instant requeuedAt) implements ActionEvent {}
}
