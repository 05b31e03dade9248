package tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import platform.PlatformTest;

@PlatformTest
class BoundTransactionsTest {

    private static final TenantId ACME = new TenantId("tenant_bound_acme");
    private static final TenantId GLOBEX = new TenantId("tenant_bound_globex");

    private final BoundTransactions transactions;
    private final JdbcTemplate rows;
    private final PlatformTransactionManager transactionManager;
    private final TransactionTemplate plain;

    @Autowired
    BoundTransactionsTest(
            BoundTransactions transactions, DataSource dataSource, PlatformTransactionManager transactionManager) {
        this.transactions = transactions;
        this.rows = new JdbcTemplate(dataSource);
        this.transactionManager = transactionManager;
        this.plain = new TransactionTemplate(transactionManager);
    }

    @Test
    void only_the_tenants_own_rows_are_seen_and_written() {
        insert(ACME, "ws_seen");

        assertThat(transactions.in(ACME, this::seen)).isEqualTo("tenant_bound_acme");
        assertThat(transactions.<Integer>in(GLOBEX, () -> count(ACME))).isZero();
        assertThatThrownBy(() -> transactions.in(GLOBEX, () -> write(ACME, "ws_forged")))
                .hasStackTraceContaining("row-level security");
    }

    /** As where a lane decides upon what it is still committing. */
    @Test
    void whoever_reads_waits_for_what_the_running_work_builds_upon() {
        var tenant = new TenantId("tenant_bound_before");

        int counted = Ahead.call(
                () -> transactions.<Integer>in(tenant, () -> count(tenant)), () -> insertElsewhere(tenant, "ws_one"));
        List<String> read = Ahead.call(() -> read(tenant, tenant, "ws_two"), () -> insertElsewhere(tenant, "ws_two"));

        assertThat(counted).isOne();
        assertThat(read).hasSize(1);
    }

    private void insertElsewhere(TenantId tenant, String workspace) {
        CompletableFuture.runAsync(() -> insert(tenant, workspace)).join();
    }

    @Test
    void without_a_tenant_there_are_no_rows() {
        insert(ACME, "ws_none");

        assertThat(count(ACME)).isZero();
        assertThat(plain.<Integer>execute(status -> count(ACME))).isZero();
    }

    @Test
    void a_pooled_connection_forgets_the_tenant_with_its_transaction() {
        for (int i = 0; i < 50; i++) {
            transactions.in(ACME, this::seen);
            assertThat(seen()).isEmpty();
        }
    }

    @Test
    void the_same_tenant_joins_and_another_is_refused() {
        assertThat(transactions.in(ACME, () -> transactions.in(ACME, this::seen)))
                .isEqualTo("tenant_bound_acme");
        assertThatThrownBy(() -> transactions.in(ACME, () -> transactions.in(GLOBEX, this::seen)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_transaction_inside_on_its_own_has_its_own_tenant() {
        var own = new TransactionTemplate(transactionManager);
        own.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);

        String seen = transactions.in(ACME, () -> {
            String inner = own.execute(status -> transactions.in(GLOBEX, this::seen));
            return inner + "," + transactions.in(ACME, this::seen);
        });

        assertThat(seen).isEqualTo("tenant_bound_globex,tenant_bound_acme");
    }

    @Test
    void a_read_sees_the_tenants_own_rows_only_and_leaves_no_tenant_behind() {
        insert(ACME, "ws_read");

        for (int i = 0; i < 50; i++) {
            assertThat(read(ACME, ACME)).containsExactly("tenant_bound_acme");
            assertThat(read(GLOBEX, ACME)).isEmpty();
            assertThat(seen()).isEmpty();
        }
    }

    @Test
    void a_read_that_fails_leaves_no_tenant_behind() {
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> transactions.read(ACME, "select 1 / ?", (row, number) -> row.getInt(1), 0))
                    .hasStackTraceContaining("division by zero");
            assertThat(seen()).isEmpty();
        }
    }

    @Test
    void a_read_is_part_of_its_tenants_transaction_and_of_no_other() {
        String written = transactions.in(ACME, () -> {
            write(ACME, "ws_unread");
            return String.join(",", read(ACME, ACME, "ws_unread"));
        });

        assertThat(written).isEqualTo("tenant_bound_acme");
        assertThatThrownBy(() -> transactions.in(ACME, () -> read(GLOBEX, ACME)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void it_works_in_a_virtual_thread() {
        var seen = new CompletableFuture<String>();
        Thread.ofVirtual().start(() -> seen.complete(transactions.in(ACME, this::seen)));

        assertThat(seen.join()).isEqualTo("tenant_bound_acme");
    }

    @Test
    void a_batch_of_events_turns_from_tenant_to_tenant() {
        String seen = plain.execute(status -> {
            transactions.turnTo(ACME);
            write(ACME, "ws_turned");
            transactions.turnTo(GLOBEX);
            write(GLOBEX, "ws_turned");
            return seen();
        });

        assertThat(seen).isEqualTo("tenant_bound_globex");
        assertThat(transactions.<Integer>in(ACME, () -> count(ACME))).isPositive();
        assertThat(transactions.<Integer>in(GLOBEX, () -> count(GLOBEX))).isPositive();
    }

    private void insert(TenantId tenant, String workspace) {
        transactions.in(tenant, () -> write(tenant, workspace));
    }

    private int write(TenantId tenant, String workspace) {
        return rows.update(
                "insert into tenancy.workspace (tenant_id, key, name, created_at) values (?, ?, 'Test', now())",
                tenant.value(),
                workspace);
    }

    private List<String> read(TenantId as, TenantId of) {
        return read(as, of, "ws_read");
    }

    private List<String> read(TenantId as, TenantId of, String workspace) {
        return transactions.read(
                as,
                "select tenant_id from tenancy.workspace where tenant_id = ? and key = ?",
                (row, number) -> row.getString(1),
                of.value(),
                workspace);
    }

    private int count(TenantId tenant) {
        Integer found = rows.queryForObject(
                "select count(*) from tenancy.workspace where tenant_id = ?", Integer.class, tenant.value());
        return found == null ? -1 : found;
    }

    private String seen() {
        String seen = rows.queryForObject("select coalesce(current_setting('app.tenant', true), '')", String.class);
        return seen == null ? "" : seen;
    }
}
