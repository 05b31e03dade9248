/** What happened: the journal read back. */
@ApplicationModule(allowedDependencies = {"tenancy", "journal", "policy", "quota", "execution", "secrets"})
@NullMarked
package audit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
