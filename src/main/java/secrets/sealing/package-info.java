/** Seals what tenants keep here: a data key for each, wrapped by a key that the operator keeps elsewhere. */
@NullMarked
package secrets.sealing;

import org.jspecify.annotations.NullMarked;
