package tenancy.registry;

import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.CrudRepository;

/** The agents' rows; inside a tenant's transaction, that tenant's only. */
interface AgentRows extends CrudRepository<AgentRow, RowKey> {

    @Query("select a from AgentRow a where a.id.tenantId = :tenant and a.id.key > :after order by a.id.key")
    List<AgentRow> after(String tenant, String after, Limit limit);
}
