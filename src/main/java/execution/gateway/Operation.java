package execution.gateway;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import secrets.Origin;
import tenancy.Effect;
import tenancy.Estimate;
import tenancy.Target;

/** One operation of a target system as its connector describes it, compiled; immutable and safe to share. */
public interface Operation {

    /** Most model tokens that one action may say it uses. */
    long MOST_TOKENS = 100_000_000;

    /** The connector's key. */
    String system();

    /** Such as {@code ticket.update}. */
    String name();

    Effect effect();

    /** Whether running it twice with the same key does no more than once: only then is it retried by itself. */
    boolean idempotent();

    /**
     * What one execution is expected to use.
     *
     * @param tokens the caller's own estimate of model tokens, from 0 to {@link #MOST_TOKENS}
     * @param arguments canonical JSON, validated
     */
    Estimate estimate(long tokens, String arguments);

    /** Domains of those whom the action would address, lower case, each once; empty where it addresses nobody. */
    List<String> recipients(Target target, String arguments);

    /** The pool whose slots it uses, such as {@code shared}. */
    String pool();

    /** Most calls of one tenant to this connector at a time: an expensive tool is a bulkhead of its own. */
    int bulkhead();

    /** Most calls of one tenant to this operation at a time, beside {@link #bulkhead}; 0 if it has none of its own. */
    default int operationBulkhead() {
        return 0;
    }

    /** Host that a call would reach, lower case, without port. */
    String destination();

    /** Scheme, host and port that a call would reach, as {@link Origin} spells it. */
    default String origin() {
        return "https://" + destination();
    }

    /** Whether a request is only sent with a credential: then its action starts with a lease, or not at all. */
    default boolean needsCredential() {
        return false;
    }

    /** Whether its effect is a token for the caller, and nothing is sent to the system: never a check, a probe or an undoing. */
    default boolean handsOut() {
        return false;
    }

    /** The read of the same system that shows whether its effect is there; absent where nobody looks. */
    default Optional<String> probe() {
        return Optional.empty();
    }

    /** Version of the connector's description that this comes from. */
    long connectorVersion();

    /** SHA-256 over the target, argument and result schemas, lower-case hex. */
    String schemaDigest();

    /** Why it is not called until somebody accepts what it has become; null if it may be called. */
    default @Nullable Quarantined quarantine() {
        return null;
    }

    /** What its connector says of it to people and policies. */
    default Declared declared() {
        return Declared.NOTHING;
    }

    /** What undoes it; null where nothing is known to. */
    default @Nullable Compensation compensation() {
        return null;
    }

    /**
     * Checks arguments and target fields against the operation's JSON Schema (2020-12).
     *
     * @return the arguments as canonical JSON (RFC 8785)
     * @throws tenancy.Refusal with a pointer below {@code /arguments} or {@code /target} for each field that is wrong
     */
    String validated(Target target, String argumentsJson);
}
