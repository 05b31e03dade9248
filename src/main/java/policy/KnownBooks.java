package policy;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/**
 * Which documents each tenant has, by name, so that a decision looks for no layer that nobody published. A name more
 * than there is costs a look and changes no verdict; a name is known here before its first version is committed, and
 * read from rows that are committed with it.
 */
@Component
class KnownBooks {

    /** @param layers whether any of the names is a layer's */
    private record Names(Set<String> all, boolean layers) {}

    private final ConcurrentMap<TenantId, Names> names = new ConcurrentHashMap<>();

    void know(TenantId tenant, String name) {
        names.compute(tenant, (key, known) -> {
            if (known == null) {
                return new Names(Set.of(name), Layer.isReserved(name));
            }
            if (known.all().contains(name)) {
                return known;
            }
            Set<String> all = new TreeSet<>(known.all());
            all.add(name);
            return new Names(Set.copyOf(all), known.layers() || Layer.isReserved(name));
        });
    }

    /** The tenant's layers, if it has any. */
    @Nullable
    Set<String> layersOf(TenantId tenant) {
        Names known = names.get(tenant);
        return known != null && known.layers() ? known.all() : null;
    }

    Set<String> of(TenantId tenant) {
        Names known = names.get(tenant);
        return known == null ? Set.of() : known.all();
    }
}
