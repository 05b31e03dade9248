package execution.gateway;

import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The tenant's connectors; row-level security shows no others. */
interface ConnectorRows extends Repository<ConnectorRow, ConnectorRow.Key> {

    ConnectorRow save(ConnectorRow row);

    @Query("""
        select r from ConnectorRow r
        where r.key.tenantId = :tenant and r.key.system > :after
        order by r.key.system\
        """)
    List<ConnectorRow> following(String tenant, String after, Limit limit);
}
