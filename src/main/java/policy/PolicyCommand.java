package policy;

import java.time.Instant;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** All that a tenant's policies can be asked. */
sealed interface PolicyCommand {

    /** @param expectedVersion the version the change was made from; absent for a profile that does not exist yet */
    record PublishPolicy(
            @TargetAggregateIdentifier ProfileId profile,
            PolicyDocument document,
            @Nullable Long expectedVersion,
            String comment,
            Mode mode)
            implements PolicyCommand {}

    /**
     * Publishes an earlier version's document anew.
     *
     * @param document as it was published
     * @param version the version that it comes from
     * @param expectedVersion refuses if another one is in force; absent: whatever is in force is replaced
     */
    record RestorePolicy(
            @TargetAggregateIdentifier ProfileId profile,
            PolicyDocument document,
            long version,
            @Nullable Long expectedVersion,
            String comment)
            implements PolicyCommand {}

    /** Publishes the document of the version in shadow as the one in force. */
    record EnforceShadow(@TargetAggregateIdentifier ProfileId profile, String comment) implements PolicyCommand {}

    /** Ends the trial of the version in shadow. */
    record DropShadow(@TargetAggregateIdentifier ProfileId profile, String comment) implements PolicyCommand {}

    /** Takes out the rules whose end has come. */
    record ExpireRules(@TargetAggregateIdentifier ProfileId profile, Instant now) implements PolicyCommand {}

    /** Reads the version in force in the tenant's lane, so that whoever published sees what they published. */
    record ReadPolicy(@TargetAggregateIdentifier ProfileId profile) implements PolicyCommand {}

    /**
     * Gives a {@link Decider} under which this document is in force and all others of the tenant are as they are. It
     * refuses a document with findings, and is answered in the lane: {@code commands.ask(context, new TryPolicy(…))}.
     */
    record TryPolicy(@TargetAggregateIdentifier ProfileId profile, PolicyDocument document) implements PolicyCommand {}

    /** Reads what decides under this name, ready to be asked. */
    record ReadInForce(@TargetAggregateIdentifier ProfileId profile) implements PolicyCommand {}

    /** Reads the version in shadow, if there is one. */
    record ReadShadow(@TargetAggregateIdentifier ProfileId profile) implements PolicyCommand {}

    /**
     * Keeps a document for later, in place of the one kept before.
     *
     * @param fromVersion absent: what the draft before was made from, else the version in force
     * @param expectedRevision refuses if somebody saved another draft in between; absent: it is replaced unseen
     */
    record SaveDraft(
            @TargetAggregateIdentifier DraftId draft,
            PolicyDocument document,
            @Nullable Long fromVersion,
            @Nullable Long expectedRevision)
            implements PolicyCommand {}

    record DiscardDraft(@TargetAggregateIdentifier DraftId draft) implements PolicyCommand {}

    record ReadDraft(@TargetAggregateIdentifier DraftId draft) implements PolicyCommand {}

    /** @param expectedVersion the version in force; absent: the one that the draft was made from */
    record PublishDraft(
            @TargetAggregateIdentifier DraftId draft,
            @Nullable Long expectedVersion,
            String comment,
            Mode mode) implements PolicyCommand {}
}
