package policy;

import java.util.List;
import java.util.Objects;
import org.axonframework.serialization.Revision;
import org.jspecify.annotations.Nullable;

/** All that can happen to a tenant's policies. Who did it and when is in each event's metadata. */
public sealed interface PolicyEvent {

    /**
     * A version of a profile was published.
     *
     * @param version 1, 2, 3 … without gaps, whatever the mode
     * @param comment why, in the words of who published it
     * @param fromVersion the version that this one was made from; absent for what was made from nothing
     * @param mode enforced: it is in force, and the one before is history; absent in what was written before there
     *     was a choice
     */
    @Revision("1")
    record PolicyPublished(
            String profile,
            long version,
            PolicyDocument document,
            String comment,
            @Nullable Long fromVersion,
            Mode mode)
            implements PolicyEvent {

        public PolicyPublished(
                String profile,
                long version,
                PolicyDocument document,
                String comment,
                @Nullable Long fromVersion,
                @Nullable Mode mode) {
            this.profile = profile;
            this.version = version;
            this.document = document;
            this.comment = comment;
            this.fromVersion = fromVersion;
            this.mode = Objects.requireNonNullElse(mode, Mode.ENFORCED);
        }
    }

    /**
     * Rules reached the end that they were given: the version in force is one without them.
     *
     * @param rules ids of those that were taken out
     * @param fromVersion the version that they were in
     */
    @Revision("1")
    record PolicyRulesExpired(
            String profile, long version, PolicyDocument document, List<String> rules, long fromVersion)
            implements PolicyEvent {

        public PolicyRulesExpired {
            rules = List.copyOf(rules);
        }
    }

    /** A version in shadow is tried out no longer; nothing else changed. */
    @Revision("1")
    record PolicyShadowDropped(String profile, long version, String comment) implements PolicyEvent {}

    /**
     * A document was put aside, to be published later or never.
     *
     * @param revision 1, 2, 3 … over all drafts of the profile
     * @param fromVersion the version that it was made from; absent for a profile with none
     */
    @Revision("1")
    record PolicyDraftSaved(
            String profile,
            long revision,
            PolicyDocument document,
            @Nullable Long fromVersion) implements PolicyEvent {}

    /** @param published the version that the draft became; absent where it was thrown away */
    @Revision("1")
    record PolicyDraftClosed(
            String profile, long revision, @Nullable Long published) implements PolicyEvent {}
}
