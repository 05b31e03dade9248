/** May it: what each tenant allows, and why. */
@ApplicationModule(allowedDependencies = "tenancy")
@NullMarked
package policy;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
