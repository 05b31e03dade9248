package secrets.sealing;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM (NIST SP 800-38D) with one key: a random nonce of 12 bytes, the ciphertext, and a tag of 16 bytes. In the form
 * and as strong as Tink's; but Tink keeps its ciphers by thread, and lanes run on threads that are new each time, where
 * making one costs twenty times what sealing does. Here ciphers go from thread to thread.
 */
final class ContentCipher {

    private static final String ALGORITHM = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    /** As many as are ever in use at a time, and no more than this. */
    private static final int MOST_IDLE = 64;

    private static final ConcurrentLinkedDeque<Cipher> IDLE = new ConcurrentLinkedDeque<>();
    private static final AtomicInteger IDLING = new AtomicInteger();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKeySpec key;

    /** @param key 32 bytes, copied */
    ContentCipher(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    byte[] encrypt(byte[] plain, byte[] associated) throws GeneralSecurityException {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        byte[] sealed = run(Cipher.ENCRYPT_MODE, nonce, plain, 0, associated);
        byte[] whole = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
        System.arraycopy(sealed, 0, whole, NONCE_BYTES, sealed.length);
        return whole;
    }

    /** @throws AEADBadTagException if this key has not encrypted exactly this */
    byte[] decrypt(byte[] sealed, byte[] associated) throws GeneralSecurityException {
        if (sealed.length < NONCE_BYTES + TAG_BITS / Byte.SIZE) {
            throw new AEADBadTagException("Shorter than what anything is sealed to");
        }
        return run(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE_BYTES), sealed, NONCE_BYTES, associated);
    }

    private byte[] run(int mode, byte[] nonce, byte[] input, int from, byte[] associated)
            throws GeneralSecurityException {
        Cipher idle = IDLE.pollFirst();
        if (idle != null) {
            IDLING.decrementAndGet();
        }
        Cipher cipher = idle == null ? Cipher.getInstance(ALGORITHM) : idle;
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(associated);
        byte[] output = cipher.doFinal(input, from, input.length - from);
        if (IDLING.incrementAndGet() <= MOST_IDLE) {
            IDLE.addFirst(cipher);
        } else {
            IDLING.decrementAndGet();
        }
        return output;
    }
}
