package tenancy;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.orm.jpa.EntityManagerFactoryUtils;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Tenant transactions over the application's own role, whose rows PostgreSQL filters by {@code app.tenant}. */
@Component
class BoundTransactions implements TenantTransactions, TenantReads {

    /** Local to the transaction: it ends with it, so a pooled connection never keeps a tenant. */
    private static final String TELL = "select set_config('app.tenant', ?, true)";

    private final TransactionTemplate transactions;
    private final DataSource dataSource;
    private final JdbcTemplate jdbc;
    private final EntityManagerFactory entityManagers;

    BoundTransactions(
            PlatformTransactionManager transactionManager, DataSource dataSource, EntityManagerFactory entityManagers) {
        this.transactions = new TransactionTemplate(transactionManager);
        this.dataSource = dataSource;
        this.jdbc = new JdbcTemplate(dataSource);
        this.entityManagers = entityManagers;
    }

    @Override
    @SuppressWarnings("NullAway") // the template allows null for callbacks that return it; this supplier does not
    public <T> T in(TenantId tenant, Supplier<T> work) {
        Ahead.awaitWhatIsBefore();
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            join(tenant);
            return work.get();
        }
        return transactions.execute(begun -> {
            bind(tenant);
            return work.get();
        });
    }

    @Override
    public <T> List<T> read(TenantId tenant, String query, RowMapper<T> row, Object... values) {
        Ahead.awaitWhatIsBefore();
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            join(tenant);
            return jdbc.query(query, row, values);
        }
        List<T> read =
                jdbc.execute((ConnectionCallback<List<T>>) connection -> told(connection, tenant, query, row, values));
        return Objects.requireNonNull(read);
    }

    /**
     * Both statements in one message, which PostgreSQL makes one transaction of (Frontend/Backend Protocol, Pipelining).
     */
    private static <T> List<T> told(
            Connection connection, TenantId tenant, String query, RowMapper<T> row, Object... values)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TELL + ";" + query)) {
            statement.setString(1, tenant.value());
            for (int value = 0; value < values.length; value++) {
                statement.setObject(value + 2, values[value]);
            }
            boolean isTold = statement.execute();
            if (!isTold || !statement.getMoreResults()) {
                throw new SQLException("No query: " + query);
            }
            List<T> read = new ArrayList<>();
            try (ResultSet rows = statement.getResultSet()) {
                while (rows.next()) {
                    read.add(row.mapRow(rows, read.size()));
                }
            }
            return read;
        }
    }

    /**
     * Turns the running transaction, if there is one, to another tenant: a batch of a projection holds events of many.
     * What was changed for the tenant before is written first, while its rows may still be written.
     */
    void turnTo(TenantId tenant) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            return;
        }
        Binding binding = binding();
        if (binding == null) {
            bind(tenant);
        } else if (!binding.tenant.equals(tenant)) {
            EntityManager entities = EntityManagerFactoryUtils.getTransactionalEntityManager(entityManagers);
            if (entities != null) {
                entities.flush();
                entities.clear();
            }
            tell(tenant);
            binding.tenant = tenant;
        }
    }

    private void join(TenantId tenant) {
        Binding binding = binding();
        if (binding == null) {
            bind(tenant);
        } else if (!binding.tenant.equals(tenant)) {
            throw new IllegalStateException(
                    "A transaction of tenant %s cannot do the work of tenant %s".formatted(binding.tenant, tenant));
        }
    }

    private void bind(TenantId tenant) {
        tell(tenant);
        Binding binding = new Binding(tenant);
        TransactionSynchronizationManager.bindResource(this, binding);
        TransactionSynchronizationManager.registerSynchronization(binding);
    }

    private void tell(TenantId tenant) {
        if (!TransactionSynchronizationManager.hasResource(dataSource)) {
            throw new IllegalStateException("The running transaction is not one of the tenants' database");
        }
        jdbc.queryForObject(TELL, String.class, tenant.value());
    }

    private @Nullable Binding binding() {
        return (Binding) TransactionSynchronizationManager.getResource(this);
    }

    /** The tenant of the running transaction, kept on its thread for exactly as long as it runs. */
    private final class Binding implements TransactionSynchronization {

        private TenantId tenant;

        Binding(TenantId tenant) {
            this.tenant = tenant;
        }

        @Override
        public void suspend() {
            TransactionSynchronizationManager.unbindResource(BoundTransactions.this);
        }

        @Override
        public void resume() {
            TransactionSynchronizationManager.bindResource(BoundTransactions.this, this);
        }

        @Override
        public void afterCompletion(int status) {
            TransactionSynchronizationManager.unbindResourceIfPossible(BoundTransactions.this);
        }
    }
}
