package execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import platform.Given;
import platform.Given.Customer;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tenancy.TenantTransactions;

/** What a tenant's own layer says of its records: how long actions can be listed, and whose reads are journaled. */
@PlatformTest
class RecordsOverHttpTest {

    private static final String LAYER = "/v1/policies/layer:tenant";
    private static final Duration A_MONTH = Duration.ofDays(31);

    private final Given given;
    private final DataSource everyTenant;
    private final JdbcTemplate database;
    private final TenantTransactions transactions;
    private final ExecutionSettings settings;
    private Customer customer;

    @Autowired
    RecordsOverHttpTest(
            Given given,
            @Qualifier("systemDataSource") DataSource everyTenant,
            JdbcTemplate database,
            TenantTransactions transactions,
            ExecutionSettings settings) {
        this.given = given;
        this.everyTenant = everyTenant;
        this.database = database;
        this.transactions = transactions;
        this.settings = settings;
        this.customer = given.customer();
    }

    @BeforeEach
    void refusedActions() {
        given.operator()
                .put("/v1/connectors/zendesk?tenant=" + customer.tenant(), """
                    {"base_url":"http://127.0.0.1:1","operations":{"ticket.read":{"method":"GET","path":"/tickets",
                     "effect":"read","argument_schema":{"type":"object"}}}}\
                    """)
                .expect(201);
    }

    @Test
    void ended_actions_are_forgotten_after_the_days_that_the_tenant_names_and_stay_in_the_journal() {
        String denied = ask().at("/decision_id");
        assertThat(listed()).contains(denied);

        forgetAt(Instant.now().plus(A_MONTH));
        assertThat(listed()).as("nobody asked for it").contains(denied);

        customer.admin()
                .put(LAYER, "{\"document\":{\"records\":{\"action_days\":30}}}")
                .expect(201);
        until(() -> new JdbcTemplate(everyTenant)
                .queryForList("select tenant_id from execution.retention", String.class)
                .contains(customer.tenant()));
        forgetAt(Instant.now().plus(Duration.ofDays(29)));
        assertThat(listed()).as("too young").contains(denied);
        forgetAt(Instant.now().plus(A_MONTH));

        assertThat(listed()).doesNotContain(denied);
        assertThat(customer.auditor()
                        .get("/v1/journal?action=" + denied)
                        .expect(200)
                        .body())
                .contains("action_refused");
        customer.agent().get("/v1/actions/" + denied).expect(200);
    }

    @Test
    void the_days_count_from_when_an_action_ended() throws InterruptedException {
        customer.admin().put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"all","effect":"allow","operations":["*"]},
              {"id":"ask","effect":"require_approval","operations":["*"],"approval":{"roles":["tenant_admin"]}}],
             "destinations":{"allow":["*"]}}}\
            """).expect(201);
        customer.admin()
                .put(LAYER, "{\"document\":{\"records\":{\"action_days\":30}}}")
                .expect(201);
        until(() -> new JdbcTemplate(everyTenant)
                .queryForList("select tenant_id from execution.retention", String.class)
                .contains(customer.tenant()));
        Instant asked = Instant.now();
        String action = ask(202).at("/action_id");
        Instant created = Instant.now();
        while (Instant.now().isBefore(created.plusSeconds(2))) {
            Thread.sleep(50);
        }
        customer.agent().post("/v1/actions/" + action + ":cancel", "").expect(200);
        until(() -> listed().contains("cancelled"));

        forgetAt(created.plusSeconds(1).plus(Duration.ofDays(30)));
        assertThat(listed()).as("asked for at %s", asked).contains(action);
        forgetAt(Instant.now().plusSeconds(1).plus(Duration.ofDays(30)));
        assertThat(listed()).doesNotContain(action);
    }

    @Test
    void reads_of_the_roles_that_the_tenant_names_are_in_its_journal_by_name() {
        customer.analyst().get("/v1/runs").expect(200);
        assertThat(reads()).doesNotContain("tenant_read");

        customer.admin()
                .put(LAYER, "{\"document\":{\"records\":{\"journaled_reads\":[\"analyst\"]}}}")
                .expect(201);
        until(() -> {
            customer.analyst().get("/v1/runs").expect(200);
            return reads().contains("\"route\":\"/v1/runs\"");
        });

        assertThat(reads()).contains("\"role\":\"analyst\"").doesNotContain("\"role\":\"auditor\"");
    }

    @Test
    void no_other_document_says_what_is_kept() {
        Answer refused = customer.admin()
                .put("/v1/policies/" + Given.PROFILE, "{\"document\":{\"records\":{\"action_days\":30}}}")
                .expect(422);
        assertThat(refused.at("/errors/0/rule")).isEqualTo("only_of_the_tenant");
    }

    private Answer ask() {
        return ask(403);
    }

    private Answer ask(int status) {
        return customer.agent()
                .post("/v1/actions", """
                    {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_1","policy_profile":"%s",
                     "quota_class":"%s","requested_action":"ticket.read","target":{"system":"zendesk"}}\
                    """.formatted(
                                customer.tenant(), Given.WORKSPACE, Given.AGENT, Given.PROFILE, Given.QUOTA_CLASS))
                .expect(status);
    }

    private String listed() {
        return customer.analyst().get("/v1/actions").expect(200).body();
    }

    private String reads() {
        return customer.auditor()
                .get("/v1/journal?type=tenant_read&limit=200")
                .expect(200)
                .body();
    }

    private void forgetAt(Instant now) {
        new OldActions(everyTenant, database, transactions, settings, Clock.fixed(now, ZoneOffset.UTC)).forget();
    }

    private static void until(BooleanSupplier holds) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(50).toNanos());
        }
    }
}
