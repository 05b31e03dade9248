package execution;

import execution.gateway.Declared;
import execution.gateway.Levels;
import execution.gateway.Operation;
import execution.gateway.Redaction;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.axonframework.serialization.Revision;
import org.jspecify.annotations.Nullable;
import policy.AuditLevel;
import secrets.Lease;
import secrets.Mode;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.Content;
import tenancy.Effect;
import tenancy.Estimate;

/** All that can happen to an action. Its tenant, workspace, agent, run, profile and quota class are metadata. */
public sealed interface ActionEvent {

    /** The action's key within its tenant; it is the id of the decision too. */
    String action();

    /** Whether nothing follows it any more. */
    default boolean endsIt() {
        return switch (this) {
            case ActionQueued _,
                    ActionStarted _,
                    PriorRead _,
                    ResultRedacted _,
                    ActionRequeued _,
                    ActionHeld _,
                    ApprovalRequested _,
                    ApprovalGranted _,
                    ActionReleased _,
                    ChecksRequired _,
                    ChecksStarted _,
                    CheckPassed _,
                    ArgumentsDropped _ -> false;
            case ActionRefused _,
                    ActionSucceeded _,
                    ActionFailed _,
                    ActionOutcomeUnknown _,
                    ActionCancelled _,
                    ApprovalDenied _,
                    ApprovalExpired _,
                    ApprovalVoided _,
                    CheckFailed _,
                    ActionReconciled _,
                    ActionCompensated _ -> true;
        };
    }

    /** Where the action stands after it; null for what changes no state. */
    default @Nullable ActionState standsAs() {
        return this instanceof ArgumentsDropped ? null : ActionHistory.stateAfter(this);
    }

    /** Why it is no plain progress; null if it is. */
    default @Nullable Cause why() {
        return ActionHistory.causeOf(this);
    }

    /**
     * What was asked for, as policy and quota saw it.
     *
     * @param target what the envelope's target said beside the system
     * @param arguments canonical JSON (RFC 8785); absent where the tenant does not want them in its journal
     * @param recipients domains of those whom it addresses
     * @param estimate what it is expected to use
     * @param agentClass the class and the trust zone of the agent's registration when it asked
     * @param kept what is kept instead of arguments and results; absent where they are
     * @param declared what the connector said of the operation; absent if it said nothing
     */
    record Requested(
            String system,
            String operation,
            Effect effect,
            @Content Map<String, String> target,
            String destination,
            @Content @Nullable String arguments,
            List<String> dataClasses,
            @Nullable String model,
            List<String> recipients,
            Estimate estimate,
            String agentClass,
            String trustZone,
            long connectorVersion,
            String schemaDigest,
            @Nullable Kept kept,
            @Nullable Declared declared) {

        public Requested {
            target = Map.copyOf(target);
            dataClasses = List.copyOf(dataClasses);
            recipients = List.copyOf(recipients);
        }

        /** All of it is kept, and nothing was declared. */
        public Requested(
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
            this(
                    system,
                    operation,
                    effect,
                    target,
                    destination,
                    arguments,
                    dataClasses,
                    model,
                    recipients,
                    estimate,
                    agentClass,
                    trustZone,
                    connectorVersion,
                    schemaDigest,
                    null,
                    null);
        }

        /** The arguments, of a request that has them. */
        String given() {
            return Objects.requireNonNull(arguments, "The arguments are kept apart.");
        }

        /** What a caller sent of any length: arguments and target, in bytes of memory if none of it is ASCII. */
        long bytes() {
            long characters = arguments == null ? 0 : arguments.length();
            for (Map.Entry<String, String> part : target.entrySet()) {
                characters += part.getKey().length() + part.getValue().length();
            }
            return characters * Character.BYTES;
        }

        /** Whether the key is gone that its contents were sealed with. */
        boolean areContentsGone() {
            return arguments == null && kept == null;
        }

        /** The same with their digest instead of the arguments. */
        Requested apart(AuditLevel level) {
            return with(null, new Kept(level, Fingerprint.of(given())));
        }

        /** The same with its arguments. */
        Requested with(String found) {
            return with(found, kept);
        }

        private Requested with(@Nullable String found, @Nullable Kept instead) {
            return new Requested(
                    system,
                    operation,
                    effect,
                    target,
                    destination,
                    found,
                    dataClasses,
                    model,
                    recipients,
                    estimate,
                    agentClass,
                    trustZone,
                    connectorVersion,
                    schemaDigest,
                    instead,
                    declared);
        }
    }

    /**
     * What the journal keeps of arguments and results, if not all: fixed when the action was decided on.
     *
     * @param digest SHA-256 of the canonical arguments
     */
    record Kept(AuditLevel level, String digest) {}

    /**
     * The policy version that decided, and the rules that spoke.
     *
     * @param shadow what a version that is only tried out would have said
     */
    record Ruling(long version, List<Rule> rules, @Nullable Shadow shadow) {

        public Ruling {
            rules = List.copyOf(rules);
        }

        public Ruling(long version, List<Rule> rules) {
            this(version, rules, null);
        }

        /**
         * @param layer whose document it is in, such as {@code profile}; absent in what was journaled before layers were
         * @param version of that document
         * @param words what the rule says, for a tenant's developer
         */
        public record Rule(
                String rule,
                @Nullable String layer,
                @Nullable Long version,
                String words) {}

        /**
         * The answer of a version in shadow: it changed nothing.
         *
         * @param verdict {@code allowed}, {@code needs_approval}, {@code needs_check} or {@code denied}
         */
        public record Shadow(long version, String verdict, List<Rule> rules) {

            public Shadow {
                rules = List.copyOf(rules);
            }
        }
    }

    /**
     * People who have to agree.
     *
     * @param rule the rule that asks for them
     * @param roles who may grant
     * @param count how many different people
     * @param validSeconds how long the action may wait for them
     */
    record Need(String rule, List<String> roles, int count, long validSeconds) {

        public Need {
            roles = List.copyOf(roles);
        }
    }

    /**
     * What is asked of people, and until when.
     *
     * @param digest SHA-256 over what exactly they agree to
     */
    record Hold(List<Need> needs, String digest, Instant expiresAt) {

        public Hold {
            needs = List.copyOf(needs);
        }
    }

    /** An operation whose answer has to pass; see {@link policy.Verdict.Check}. */
    record Question(
            String rule,
            String system,
            String operation,
            Map<String, String> target,
            Map<String, String> arguments,
            String passes) {

        public Question {
            target = Map.copyOf(target);
            arguments = Map.copyOf(arguments);
        }
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
     * @param operationBulkhead most calls of the tenant to the operation at a time; 0 or absent where it has none
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
            Instant decidedAt,
            @Nullable Integer operationBulkhead)
            implements ActionEvent {

        /** Of an operation without a bulkhead of its own. */
        public ActionQueued(
                String action,
                Requested requested,
                Ruling ruling,
                Reserved reservation,
                String pool,
                int bulkhead,
                String idempotencyKey,
                String requestDigest,
                Instant decidedAt) {
            this(
                    action,
                    requested,
                    ruling,
                    reservation,
                    pool,
                    bulkhead,
                    idempotencyKey,
                    requestDigest,
                    decidedAt,
                    null);
        }

        Bulkheads bulkheads() {
            return new Bulkheads(bulkhead, operationBulkhead == null ? 0 : operationBulkhead);
        }
    }

    /**
     * Not admitted, and nothing was used.
     *
     * @param state {@code denied}, {@code throttled}, {@code budget_exceeded} or {@code frozen}
     * @param ruling of version 0 and without rules where the policy was not asked, because a containment came first
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
     * A credential that was lent for it: the value is in no event.
     *
     * @param id of the lease
     * @param secret and its version, by key
     * @param expiresAt at most five minutes after it was issued
     */
    record Leased(String id, String secret, long version, String destination, Instant expiresAt) {

        static Leased of(Lease lease) {
            return new Leased(lease.id(), lease.secret(), lease.version(), lease.destination(), lease.expiresAt());
        }

        /** The lease again, of this operation as it is described now. */
        Lease lease(ActionId action, Operation operation) {
            return new Lease(
                    action,
                    id,
                    secret,
                    version,
                    operation.system(),
                    operation.name(),
                    destination,
                    Mode.of(operation.effect()),
                    expiresAt);
        }
    }

    /**
     * The intent to call the target, committed before the call.
     *
     * @param attempt 1, or more if it was interrupted and is idempotent
     * @param claim who runs it: only the worker that made this word may go on
     * @param idempotent whether it may be repeated if it is interrupted
     * @param argumentsDigest SHA-256 of the canonical arguments; absent in what was journaled before it was
     * @param lease of the credential that it runs with; absent if it needs none
     * @param epoch of the tenant's postures under which it starts: the commit fails where there is a newer one; absent
     *     in what was journaled before there was one
     */
    @Revision("1")
    record ActionStarted(
            String action,
            int attempt,
            String claim,
            boolean idempotent,
            long connectorVersion,
            String schemaDigest,
            Instant startedAt,
            @Nullable String argumentsDigest,
            @Nullable Leased lease,
            @Nullable Long epoch)
            implements ActionEvent {

        /** In a tenant that was never contained. */
        ActionStarted(
                String action,
                int attempt,
                String claim,
                boolean idempotent,
                long connectorVersion,
                String schemaDigest,
                Instant startedAt,
                @Nullable String argumentsDigest,
                @Nullable Leased lease) {
            this(
                    action,
                    attempt,
                    claim,
                    idempotent,
                    connectorVersion,
                    schemaDigest,
                    startedAt,
                    argumentsDigest,
                    lease,
                    0L);
        }

        /** Without a credential. */
        ActionStarted(
                String action,
                int attempt,
                String claim,
                boolean idempotent,
                long connectorVersion,
                String schemaDigest,
                Instant startedAt,
                @Nullable String argumentsDigest) {
            this(action, attempt, claim, idempotent, connectorVersion, schemaDigest, startedAt, argumentsDigest, null);
        }
    }

    /**
     * What the target answered held what must stay here: it was taken out before anything was written down or returned.
     *
     * @param rule the rule whose check it answered; absent if it answered the action itself
     * @param redactions what kind, where, how often; never what
     */
    @Revision("1")
    record ResultRedacted(String action, @Nullable String rule, List<Redaction> redactions, Instant redactedAt)
            implements ActionEvent {

        public ResultRedacted {
            redactions = List.copyOf(redactions);
        }
    }

    /**
     * What was there before its effect was read, so that it can be put back: only what undoes it is made of.
     *
     * @param operation the read, of the same connector
     * @param prior JSON; absent where the tenant does not want it in its journal
     * @param priorDigest SHA-256 of it
     */
    @Revision("1")
    record PriorRead(
            String action,
            int attempt,
            String operation,
            long connectorVersion,
            @Content @Nullable String prior,
            String priorDigest,
            Instant readAt)
            implements ActionEvent {}

    /**
     * The target did it.
     *
     * @param status HTTP status of the target's answer; absent if there was none and a probe saw the effect
     * @param result the target's answer as JSON; absent where the tenant does not want it in its journal
     * @param requests how many requests were sent, retries included
     * @param resultDigest SHA-256 of the answer; it and the levels are absent in what was journaled before they were
     */
    @Revision("1")
    record ActionSucceeded(
            String action,
            int attempt,
            @Nullable Integer status,
            @Content @Nullable String result,
            int requests,
            Instant endedAt,
            @Nullable String resultDigest,
            @Nullable Levels levels)
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
            Instant endedAt,
            @Nullable Levels levels)
            implements ActionEvent {}

    /** It may have been done: sent, and no answer that tells. */
    @Revision("1")
    record ActionOutcomeUnknown(
            String action,
            int attempt,
            String code,
            Cause cause,
            int requests,
            Instant endedAt,
            @Nullable Levels levels)
            implements ActionEvent {}

    /** How the outcome of an action was found out that nobody knew. */
    enum How {
        PROBE,
        PERSON
    }

    /**
     * The outcome was unknown, and is known.
     *
     * @param outcome {@code succeeded} or {@code failed}
     * @param by the principal that said so, or had the probe look
     * @param evidence how a person knows; absent where a probe saw it
     * @param cause why it failed; absent if it succeeded
     * @param requests how many requests were sent, as was known before
     */
    @Revision("1")
    record ActionReconciled(
            String action,
            ActionState outcome,
            How how,
            String by,
            @Nullable String evidence,
            @Nullable Cause cause,
            int requests,
            @Nullable Levels levels,
            Instant reconciledAt)
            implements ActionEvent {}

    /**
     * It was done, and it has been undone.
     *
     * @param by the action that undid it
     */
    @Revision("1")
    record ActionCompensated(String action, String by, Instant compensatedAt) implements ActionEvent {}

    /** The action ends with the next event: its arguments, which the journal never held, are deleted. */
    @Revision("1")
    record ArgumentsDropped(String action, Instant droppedAt) implements ActionEvent {}

    /**
     * Taken back before it was started, or stopped before it had an effect.
     *
     * @param cause what stopped it; absent where somebody took it back
     */
    @Revision("1")
    record ActionCancelled(
            String action, Instant endedAt, @Nullable Cause cause) implements ActionEvent {

        /** Somebody took it back. */
        public ActionCancelled(String action, Instant endedAt) {
            this(action, endedAt, null);
        }
    }

    /**
     * It waits for a slot again.
     *
     * @param reason {@code interrupted} while running, and idempotent; or {@code contained} after its checks
     */
    @Revision("1")
    record ActionRequeued(String action, int attempt, String reason, Instant requeuedAt) implements ActionEvent {}

    /**
     * Not admitted yet: people have to agree first. Nothing is reserved, and its idempotency key is used.
     *
     * @param requestDigest SHA-256 over all that was asked for
     * @param parentRun the run that starts this action's run, if it is opened with it
     */
    @Revision("1")
    record ActionHeld(
            String action,
            Requested requested,
            Ruling ruling,
            Hold hold,
            String idempotencyKey,
            String requestDigest,
            @Nullable String parentRun,
            Instant decidedAt)
            implements ActionEvent {}

    /**
     * People are asked after something else was decided: its checks have passed, or the policy or connector has changed
     * while it was held. What was granted before counts no more.
     *
     * @param requested as it is described now
     */
    @Revision("1")
    record ApprovalRequested(String action, Requested requested, Ruling ruling, Hold hold, Instant requestedAt)
            implements ActionEvent {}

    /**
     * One who may has agreed.
     *
     * @param by the principal that was authenticated
     * @param role in which it did
     */
    @Revision("1")
    record ApprovalGranted(String action, String by, String role, String comment, Instant grantedAt)
            implements ActionEvent {}

    /** One who may has said no. */
    @Revision("1")
    record ApprovalDenied(String action, String by, String role, String reason, Cause cause, Instant endedAt)
            implements ActionEvent {}

    /** Nobody, or too few, agreed in time. */
    @Revision("1")
    record ApprovalExpired(String action, Cause cause, Instant endedAt) implements ActionEvent {}

    /** Enough agreed, and what they agreed to is not allowed any more. */
    @Revision("1")
    record ApprovalVoided(String action, @Nullable Ruling ruling, Cause cause, String remedy, Instant endedAt)
            implements ActionEvent {}

    /**
     * All that were asked have agreed, and it was decided again: admitted, like {@link ActionQueued}.
     *
     * @param requester who sent it: it runs on that behalf, whoever agreed
     * @param operationBulkhead most calls of the tenant to the operation at a time; 0 or absent where it has none
     */
    @Revision("1")
    record ActionReleased(
            String action,
            Requested requested,
            Ruling ruling,
            Reserved reservation,
            String pool,
            int bulkhead,
            String requester,
            Instant releasedAt,
            @Nullable Integer operationBulkhead)
            implements ActionEvent {

        /** Of an operation without a bulkhead of its own. */
        public ActionReleased(
                String action,
                Requested requested,
                Ruling ruling,
                Reserved reservation,
                String pool,
                int bulkhead,
                String requester,
                Instant releasedAt) {
            this(action, requested, ruling, reservation, pool, bulkhead, requester, releasedAt, null);
        }

        Bulkheads bulkheads() {
            return new Bulkheads(bulkhead, operationBulkhead == null ? 0 : operationBulkhead);
        }
    }

    /**
     * What was just admitted may start only after these have passed.
     *
     * @param needs who has to agree after that
     */
    @Revision("1")
    record ChecksRequired(String action, List<Question> questions, List<Need> needs, Instant requiredAt)
            implements ActionEvent {

        public ChecksRequired {
            questions = List.copyOf(questions);
            needs = List.copyOf(needs);
        }
    }

    /**
     * A worker asks what has to be asked; nothing of the effect has left.
     *
     * @param leases of the credentials that checks need, by rule; absent if none does
     * @param epoch as of {@link ActionStarted}
     */
    @Revision("1")
    record ChecksStarted(
            String action,
            String claim,
            Instant startedAt,
            @Nullable Map<String, Leased> leases,
            @Nullable Long epoch) implements ActionEvent {

        public ChecksStarted {
            leases = leases == null ? null : Map.copyOf(leases);
        }

        /** Without a credential. */
        ChecksStarted(String action, String claim, Instant startedAt) {
            this(action, claim, startedAt, null, 0L);
        }
    }

    /**
     * What one check answered.
     *
     * @param digest SHA-256 of the answer
     * @param result the answer itself; absent if it is long
     */
    record Answered(
            String system,
            String operation,
            long connectorVersion,
            String digest,
            @Content @Nullable String result) {}

    @Revision("1")
    record CheckPassed(String action, String rule, Answered answer, Instant checkedAt) implements ActionEvent {}

    /**
     * A check said no, or did not say yes; the effect never happens.
     *
     * @param code stable: {@code check_failed} if it answered and did not pass, else why there is no answer
     * @param answer absent if there is none
     */
    @Revision("1")
    record CheckFailed(
            String action,
            String rule,
            String code,
            @Nullable Answered answer,
            Cause cause,
            String remedy,
            Instant endedAt)
            implements ActionEvent {}
}
