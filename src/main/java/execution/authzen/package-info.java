/** May it, asked as OpenID AuthZEN asks it: the same engine, and the same answer as admission. */
@NullMarked
package execution.authzen;

import org.jspecify.annotations.NullMarked;
