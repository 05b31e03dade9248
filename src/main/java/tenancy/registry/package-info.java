/** Who is on the platform: tenants, their workspaces and agents, decided in the lane and listed from rows. */
@NullMarked
package tenancy.registry;

import org.jspecify.annotations.NullMarked;
