package secrets;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A tenant's secrets, as they are at one moment: a copy, free of the lane.
 *
 * @param readOnlyClasses agent classes that may only read
 * @param first the number that the first version of a new secret gets
 * @param fence the tenant's newest
 */
record BookView(
        Map<String, KeptSecret> secrets, List<Grant> grants, Set<String> readOnlyClasses, long first, long fence) {

    static final BookView EMPTY = new BookView(Map.of(), List.of(), Set.of(), 1, 0);

    Optional<KeptSecret> secret(String key) {
        return Optional.ofNullable(secrets.get(key));
    }
}
