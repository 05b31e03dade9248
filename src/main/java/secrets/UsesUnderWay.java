package secrets;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/** The uses of credentials that this node has under way, by tenant. */
@Component
class UsesUnderWay {

    private final ConcurrentMap<TenantId, Set<LeasedUse>> uses = new ConcurrentHashMap<>();

    /** To be called before the lease is checked. */
    void begun(LeasedUse use) {
        uses.compute(use.lease().action().tenant(), (tenant, ofTenant) -> {
            Set<LeasedUse> all = ofTenant == null ? ConcurrentHashMap.newKeySet() : ofTenant;
            all.add(use);
            return all;
        });
    }

    void over(LeasedUse use) {
        uses.computeIfPresent(use.lease().action().tenant(), (tenant, ofTenant) -> {
            ofTenant.remove(use);
            return ofTenant.isEmpty() ? null : ofTenant;
        });
    }

    /** Ends all that the fence covers. To be called once the fence is committed; gives those that it ended. */
    List<LeasedUse> revoke(Fence fence) {
        return List.copyOf(uses.getOrDefault(fence.tenant(), Set.of())).stream()
                .filter(use -> use.revokedBy(fence))
                .toList();
    }
}
