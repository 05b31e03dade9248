/** Proof that a tenant's journal is whole: a Merkle tree over its entries, signed checkpoints, and their verification. */
@NullMarked
package audit.proof;

import org.jspecify.annotations.NullMarked;
