package tenancy;

import org.jspecify.annotations.Nullable;

/**
 * Everything about an action, or a run, that a containment can be set for; keys within its tenant. What is absent is
 * covered by no scope of that kind.
 *
 * @param destination host, lower case
 * @param secret whose lease it runs with; known once it is lent
 */
public record Subject(
        @Nullable String workspace,
        @Nullable String agentClass,
        @Nullable String agent,
        @Nullable String run,
        @Nullable String system,
        @Nullable String operation,
        @Nullable String destination,
        @Nullable String model,
        @Nullable String secret) {

    /** The tenant itself: only what covers all of it does. */
    public static final Subject OF_TENANT = new Subject(null, null, null, null, null, null, null, null, null);

    public static Subject of(ActionEnvelope envelope) {
        return new Subject(
                envelope.workspace().key(),
                envelope.agentClass(),
                envelope.agent().key(),
                envelope.run().key(),
                envelope.target().system(),
                envelope.operation(),
                envelope.destination(),
                envelope.model(),
                null);
    }

    /** A run of an agent, whatever it does. */
    public static Subject ofRun(String workspace, String agentClass, String agent, String run) {
        return new Subject(workspace, agentClass, agent, run, null, null, null, null, null);
    }

    /** The same, with this lease. */
    public Subject with(@Nullable String lentSecret) {
        return new Subject(workspace, agentClass, agent, run, system, operation, destination, model, lentSecret);
    }
}
