/** Credentials of narrow scope: asked for at token endpoints, or signed here. */
@NullMarked
package secrets.minting;

import org.jspecify.annotations.NullMarked;
