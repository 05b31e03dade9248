/** Stop it: how far each scope of a tenant is contained, decided in the lane, and told in signed receipts. */
@NullMarked
package tenancy.containment;

import org.jspecify.annotations.NullMarked;
