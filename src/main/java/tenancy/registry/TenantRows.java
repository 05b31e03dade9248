package tenancy.registry;

import org.springframework.data.repository.CrudRepository;

/** The tenants' rows, as their projection writes them. */
interface TenantRows extends CrudRepository<TenantRow, String> {}
