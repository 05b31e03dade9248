/** Wires it: main class, security, problems, telemetry; holds no rule of its own. */
@NullMarked
package platform;

import org.jspecify.annotations.NullMarked;
