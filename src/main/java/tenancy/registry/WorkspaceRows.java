package tenancy.registry;

import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.CrudRepository;

/** The workspaces' rows; inside a tenant's transaction, that tenant's only. */
interface WorkspaceRows extends CrudRepository<WorkspaceRow, RowKey> {

    @Query("select w from WorkspaceRow w where w.id.tenantId = :tenant and w.id.key > :after order by w.id.key")
    List<WorkspaceRow> after(String tenant, String after, Limit limit);
}
