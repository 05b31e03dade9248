package secrets.sealing;

import org.axonframework.serialization.Revision;

/** All that can happen to the keys that contents are sealed with. */
public sealed interface ContentEvent {

    /**
     * What was sealed up to then is unreadable from now on.
     *
     * @param through the last day (UTC) whose key was destroyed; all of earlier days are destroyed too
     * @param keys how many were destroyed
     */
    @Revision("1")
    record ContentKeysDestroyed(String through, long keys) implements ContentEvent {}
}
