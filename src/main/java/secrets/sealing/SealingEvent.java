package secrets.sealing;

import org.axonframework.serialization.Revision;

/** All that can happen to the keys that wrap tenants' data keys. Keys are named, never told. */
public sealed interface SealingEvent {

    /**
     * From now on this key wraps what is new, and data keys that others wrap are wrapped again.
     *
     * @param previous the key that was in force
     * @param checkValue something it has sealed, in Base64, to tell it from any other key
     */
    @Revision("1")
    record WrappingKeyPromoted(String key, String previous, String checkValue) implements SealingEvent {}

    /**
     * Every data key that could be is wrapped with this key.
     *
     * @param wrapped how many were wrapped again
     * @param failed how many did not open, and are as they were
     */
    @Revision("1")
    record DataKeysWrappedAgain(String key, long wrapped, long failed) implements SealingEvent {}

    /** Nothing was wrapped with it any more: it is destroyed. */
    @Revision("1")
    record WrappingKeyDropped(String key) implements SealingEvent {}
}
