/** The only way out: target systems described in data, and guarded calls to them. */
@NullMarked
package execution.gateway;

import org.jspecify.annotations.NullMarked;
