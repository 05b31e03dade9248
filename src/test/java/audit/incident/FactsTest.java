package audit.incident;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import platform.Given;
import platform.Given.Customer;
import platform.PlatformTest;
import platform.SandboxServer;
import platform.SandboxServer.Faults;
import tenancy.TenantId;

/** What is counted from journals. */
@PlatformTest
class FactsTest {

    private static final List<String> TABLES = List.of("action_fact", "notable_fact", "counted");

    private final Neighbourhood town;
    private final Facts facts;
    private final JdbcTemplate everyTenant;
    private final Environment environment;

    @Autowired
    FactsTest(
            Given given,
            Facts facts,
            @Qualifier("systemDataSource") DataSource everyTenant,
            Environment environment,
            Supplier<UUID> ids,
            Clock clock) {
        this.town = new Neighbourhood(given, ids, clock);
        this.facts = facts;
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.environment = environment;
    }

    @Test
    void counted_while_it_happens_is_the_same_as_counted_at_once_afterwards() throws Exception {
        try (SandboxServer target = SandboxServer.start(0)) {
            Customer acme = town.customer(target, 4);
            var tenant = new TenantId(acme.tenant());
            target.faults(new Faults(20, 0.3, 503, false, false));
            var over = new AtomicBoolean();
            Thread counting = Thread.ofVirtual().start(() -> {
                while (!over.get()) {
                    long unused = facts.count(tenant);
                }
            });
            for (int at = 0; at < 25; at++) {
                acme.agent().post("/v1/actions?wait=PT20S", town.envelope(acme, "wr_1"));
                acme.agent()
                        .post("/v1/actions", town.envelope(acme.tenant(), Given.AGENT, "wr_1", "ticket.delete"))
                        .expect(403);
                acme.auditor().post("/v1/runs", "{}").expect(400);
            }
            over.set(true);
            counting.join();
            long unused = facts.count(tenant);
            List<List<String>> live = rows(acme);
            assertThat(live.getFirst()).hasSize(50);
            assertThat(live.get(1)).hasSizeGreaterThan(25);
            assertThat(live.getFirst().stream().filter(fact -> fact.contains("\"state\": \"denied\"")))
                    .hasSize(25);

            forget(acme);
            assertThat(rows(acme)).allSatisfy(table -> assertThat(table).isEmpty());
            unused = facts.count(tenant);

            assertThat(rows(acme)).isEqualTo(live);
        }
    }

    @Test
    void a_character_that_postgresql_cannot_hold_is_left_out_and_nothing_else() {
        assertThat(document("{\"a\":\"x\\u0000y\\u0000\\u0000z\",\"b\":\"\\\\u0000\",\"c\":\"\\\\\\u0000\"}"))
                .isEqualTo("{\"a\": \"xyz\", \"b\": \"\\\\u0000\", \"c\": \"\\\\\"}");
    }

    private String document(String json) {
        return String.valueOf(everyTenant.queryForObject(
                "select audit.document(?)::text", String.class, (Object) json.getBytes(StandardCharsets.UTF_8)));
    }

    /** All rows of all tables, as JSON. */
    private List<List<String>> rows(Customer customer) {
        return TABLES.stream()
                .map(table -> everyTenant.query(
                        "select to_jsonb(t)::text from audit.%s t where tenant_id = ? order by 1".formatted(table),
                        (row, number) -> row.getString(1),
                        customer.tenant()))
                .toList();
    }

    /** As who owns the database can. */
    private void forget(Customer customer) throws Exception {
        try (var owner = DriverManager.getConnection(
                environment.getRequiredProperty("spring.datasource.url"),
                environment.getRequiredProperty("spring.datasource.username"),
                environment.getRequiredProperty("spring.datasource.password"))) {
            for (String table : TABLES) {
                try (var statement =
                        owner.prepareStatement("delete from audit.%s where tenant_id = ?".formatted(table))) {
                    statement.setString(1, customer.tenant());
                    assertThat(statement.executeUpdate()).isPositive();
                }
            }
        }
    }
}
