/** Who is asking, and on whose behalf: identities, credentials and the tenant every message carries. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package tenancy;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
