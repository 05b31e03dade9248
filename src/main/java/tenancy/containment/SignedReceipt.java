package tenancy.containment;

import tenancy.Signatures.Proof;

/**
 * A receipt as it is told, and the proof that this installation told it.
 *
 * @param proof over the receipt's exact bytes, which it holds
 */
record SignedReceipt(ContainmentReceipt receipt, Proof proof) {}
