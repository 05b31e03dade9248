/** Reads secrets that the operator's Vault or OpenBao keeps, when they are leased and not before. */
@NullMarked
package secrets.vault;

import org.jspecify.annotations.NullMarked;
