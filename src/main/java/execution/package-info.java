/** Do it: runs and actions, admitted, queued fairly, and sent through the one way out. */
@ApplicationModule(allowedDependencies = {"tenancy", "journal", "policy", "quota", "secrets"})
@NullMarked
package execution;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
