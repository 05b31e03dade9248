package tenancy.credentials;

import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.LiveKeys;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Counts a tenant's keys. */
@Component
class CountedKeys implements LiveKeys {

    private static final String LIVE = """
        select role, count(*) as keys from tenancy.api_key where tenant_id = ? and revoked_at is null group by role\
        """;

    private final TenantTransactions transactions;
    private final JdbcTemplate jdbc;

    CountedKeys(TenantTransactions transactions, JdbcTemplate jdbc) {
        this.transactions = transactions;
        this.jdbc = jdbc;
    }

    private record Live(String role, long keys) {}

    @Override
    public Map<String, Long> byRole(TenantId tenant) {
        return transactions.in(
                tenant,
                () ->
                        jdbc
                                .query(
                                        LIVE,
                                        (row, n) -> new Live(row.getString("role"), row.getLong("keys")),
                                        tenant.value())
                                .stream()
                                .collect(Collectors.toMap(Live::role, Live::keys)));
    }
}
