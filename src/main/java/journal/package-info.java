/** Written down: one tenant's commands decided one after another, many tenants' events committed together. */
@ApplicationModule(allowedDependencies = "tenancy")
@NullMarked
package journal;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
