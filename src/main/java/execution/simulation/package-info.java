/** Tries a policy on the tenant's past: every decision decided again, and nothing done. */
@NullMarked
package execution.simulation;

import org.jspecify.annotations.NullMarked;
