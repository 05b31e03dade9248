package execution.gateway;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The tenant's connectors; row-level security shows no others. */
interface ConnectorRows extends Repository<ConnectorRow, ConnectorRow.Key> {

    ConnectorRow save(ConnectorRow row);

    Optional<ConnectorRow> findById(ConnectorRow.Key key);

    @Query("""
        select r from ConnectorRow r
        where r.key.tenantId = :tenant and r.key.system > :after
        order by r.key.system\
        """)
    List<ConnectorRow> following(String tenant, String after, Limit limit);

    /** Which version of a connector is in force. */
    record Version(String system, long version) {}

    @Query("""
        select new execution.gateway.ConnectorRows$Version(r.key.system, r.version) from ConnectorRow r
        where r.key.tenantId = :tenant and r.key.system in :systems\
        """)
    List<Version> versions(String tenant, Collection<String> systems);
}
