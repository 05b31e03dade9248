/** With whose credential: what a tenant has sealed here, who may use it for what, and for how long. */
@ApplicationModule(allowedDependencies = {"tenancy", "policy"})
@NullMarked
package secrets;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
