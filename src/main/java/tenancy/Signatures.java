package tenancy;

/** Signs what this installation tells, so that it can be verified without it: see {@link ReceiptVerification}. */
public interface Signatures {

    /** Signs these very bytes with the installation's Ed25519 key. */
    Proof sign(byte[] payload);

    /**
     * @param payload what was signed, base64
     * @param signature Ed25519 over these bytes, base64
     * @param keyId names the key, see {@code GET /v1/containment/receipt-key}
     */
    record Proof(String payload, String signature, String keyId) {}
}
