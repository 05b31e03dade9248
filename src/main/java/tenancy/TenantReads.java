package tenancy;

import java.util.List;
import org.springframework.jdbc.core.RowMapper;

/** Reads of one tenant's rows that need no transaction around them. */
public interface TenantReads {

    /**
     * Runs one query that sees only this tenant's rows, in one round trip: the tenant is told along with it and forgotten
     * when it is answered. Inside a running transaction it is a part of that, as {@link TenantTransactions#in} is.
     *
     * @param query one statement, with a {@code ?} for each value
     * @param values of its parameters, as JDBC binds objects
     * @throws IllegalStateException inside a transaction of another tenant
     */
    <T> List<T> read(TenantId tenant, String query, RowMapper<T> row, Object... values);
}
