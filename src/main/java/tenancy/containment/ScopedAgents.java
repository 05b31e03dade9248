package tenancy.containment;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.ContainmentScope;
import tenancy.TenantId;

/** Which agents a scope is about. */
@Component
class ScopedAgents {

    private static final String SELECT = "select key from tenancy.agent where tenant_id = ?";

    private final JdbcTemplate everyTenant;

    ScopedAgents(@Qualifier("systemDataSource") DataSource everyTenant) {
        this.everyTenant = new JdbcTemplate(everyTenant);
    }

    List<String> of(TenantId tenant, ContainmentScope scope) {
        return switch (scope.kind()) {
            case AGENT -> List.of(scope.key());
            case TENANT -> everyTenant.query(SELECT + " order by key", ScopedAgents::key, tenant.value());
            case WORKSPACE -> of(tenant, "workspace", scope.key());
            case AGENT_CLASS -> of(tenant, "agent_class", scope.key());
            case RUN, CONNECTOR, OPERATION, DESTINATION, MODEL, SECRET -> List.of();
        };
    }

    private List<String> of(TenantId tenant, String column, String key) {
        return everyTenant.query(
                SELECT + " and " + column + " = ? order by key", ScopedAgents::key, tenant.value(), key);
    }

    private static String key(ResultSet row, int number) throws SQLException {
        return row.getString("key");
    }
}
