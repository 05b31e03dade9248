package tenancy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** A tenant as the label of a metric: bounded, so that many tenants cannot exhaust the metrics store. */
@Component
public class TenantTag {

    private static final int MOST_NAMED = 200;
    private static final String OTHER = "other";

    private final Set<String> named = ConcurrentHashMap.newKeySet();

    /** The tenant's id for the first 200 tenants seen since the start, {@code other} after that. */
    public String of(TenantId tenant) {
        if (named.contains(tenant.value())) {
            return tenant.value();
        }
        return named.size() < MOST_NAMED && named.add(tenant.value()) ? tenant.value() : OTHER;
    }
}
