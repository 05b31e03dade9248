package tenancy;

import java.util.List;

/** Which agents a tenant has, from their rows: a moment late, and asked outside of lanes. */
public interface KnownAgents {

    /**
     * Keys of the tenant's agents in the order of their keys, retired ones included.
     *
     * @param after agents behind this key; empty from the first
     * @param limit most that are answered
     */
    List<String> following(TenantId tenant, String after, int limit);
}
