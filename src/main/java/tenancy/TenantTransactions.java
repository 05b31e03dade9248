package tenancy;

import java.util.function.Supplier;

/** The one place that tells PostgreSQL whose rows may be seen. Without it, row-level security shows none. */
public interface TenantTransactions {

    /**
     * Runs the work in a transaction that sees and writes only this tenant's rows. Joins a running transaction of the
     * same tenant; inside a transaction of another tenant it refuses with {@link IllegalStateException}.
     */
    <T> T in(TenantId tenant, Supplier<T> work);
}
