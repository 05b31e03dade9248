package secrets;

import java.net.URI;
import java.util.List;
import tenancy.TenantContext;

/** Where a tenant's systems are, by what the tenant says of them at this moment. */
public interface KnownPlaces {

    /**
     * Where a credential of this system could be sent now. For virtual threads, outside of lanes.
     *
     * @param system the connector's key
     * @return empty if nothing is described by this name
     */
    List<URI> of(TenantContext context, String system);
}
