package execution.gateway;

import tenancy.Effect;
import tenancy.Target;

/** One operation of a target system as its connector describes it, compiled; immutable and safe to share. */
public interface Operation {

    /** The connector's key. */
    String system();

    /** Such as {@code ticket.update}. */
    String name();

    Effect effect();

    /** Whether running it twice with the same key does no more than once: only then is it retried by itself. */
    boolean idempotent();

    /** What one execution is expected to use, in milliseconds of one slot. */
    long cost();

    /** The pool whose slots it uses, such as {@code shared}. */
    String pool();

    /** Most calls of one tenant to this connector at a time: an expensive tool is a bulkhead of its own. */
    int bulkhead();

    /** Host that a call would reach, lower case, without port. */
    String destination();

    /** Version of the connector's description that this comes from. */
    long connectorVersion();

    /** SHA-256 over the target, argument and result schemas, lower-case hex. */
    String schemaDigest();

    /**
     * Checks arguments and target fields against the operation's JSON Schema (2020-12).
     *
     * @return the arguments as canonical JSON (RFC 8785)
     * @throws tenancy.Refusal with a pointer below {@code /arguments} or {@code /target} for each field that is wrong
     */
    String validated(Target target, String argumentsJson);
}
