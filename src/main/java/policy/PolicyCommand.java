package policy;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** All that a tenant's policies can be asked. */
sealed interface PolicyCommand {

    /** @param expectedVersion the version the change was made from; absent for a profile that does not exist yet */
    record PublishPolicy(
            @TargetAggregateIdentifier ProfileId profile,
            PolicyDocument document,
            @Nullable Long expectedVersion,
            String comment)
            implements PolicyCommand {}

    /** Reads the version in force in the tenant's lane, so that whoever published sees what they published. */
    record ReadPolicy(@TargetAggregateIdentifier ProfileId profile) implements PolicyCommand {}

    /** Reads what decides under this name, ready to be asked. */
    record ReadInForce(@TargetAggregateIdentifier ProfileId profile) implements PolicyCommand {}

    /**
     * Gives a {@link Decider} under which this document is in force and all others of the tenant are as they are. It
     * refuses a document with findings, and is answered in the lane: {@code commands.ask(context, new TryPolicy(…))}.
     */
    record TryPolicy(@TargetAggregateIdentifier ProfileId profile, PolicyDocument document) implements PolicyCommand {}
}
