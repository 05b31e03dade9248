/** Tells a tenant's own systems when an approval is opened or decided. */
@NullMarked
package execution.webhook;

import org.jspecify.annotations.NullMarked;
