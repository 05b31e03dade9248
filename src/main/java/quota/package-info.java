/** Can it now: what each tenant may still use, reserved before it is used. */
@ApplicationModule(allowedDependencies = "tenancy")
@NullMarked
package quota;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
