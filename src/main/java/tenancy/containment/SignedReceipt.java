package tenancy.containment;

/**
 * A receipt as it is told, and the proof that this installation told it.
 *
 * @param proof over the receipt's exact bytes, which it holds
 */
record SignedReceipt(ContainmentReceipt receipt, Proof proof) {

    /**
     * @param payload what was signed, base64: the receipt as JSON
     * @param signature Ed25519 over these bytes, base64
     * @param keyId names the key, see {@code GET /v1/containment/receipt-key}
     */
    record Proof(String payload, String signature, String keyId) {}
}
