package secrets.sealing;

import java.util.List;

/**
 * How data keys are wrapped now.
 *
 * @param source of new keys: {@code file}, {@code environment} or {@code transit}
 * @param inForce the key that wraps what is new
 * @param keys all keys that wrap something, or could
 * @param dataKeys how many there are, one for each tenant that has sealed something
 * @param toWrapAgain how many of them are not wrapped with the key in force yet
 * @param wrapping whether this node is wrapping them now
 */
record SealingView(
        String source, String inForce, List<KeyView> keys, long dataKeys, long toWrapAgain, boolean wrapping) {

    /** @param available whether its source has it now */
    record KeyView(String keyId, boolean available, long dataKeys) {}
}
