package policy;

import org.axonframework.serialization.Revision;

/** All that can happen to a tenant's policies. */
public sealed interface PolicyEvent {

    /**
     * A version of a profile came into force; the one before it is history.
     *
     * @param version 1, 2, 3 … without gaps
     * @param comment why, in the words of who published it
     */
    @Revision("1")
    record PolicyPublished(String profile, long version, PolicyDocument document, String comment)
            implements PolicyEvent {}
}
