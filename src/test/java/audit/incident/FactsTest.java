package audit.incident;

import static audit.incident.Neighbourhood.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
import tenancy.ContainmentScope;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** What is counted from journals. */
@PlatformTest
class FactsTest {

    private static final Duration KEPT = Duration.ofDays(100);
    private static final List<String> TABLES = List.of("action_fact", "notable_fact", "counted");

    private final Neighbourhood town;
    private final Facts facts;
    private final Counting counting;
    private final OwnFigures own;
    private final OtherFigures others;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;
    private final JdbcTemplate everyTenant;
    private final Environment environment;
    private final Clock clock;

    @Autowired
    FactsTest(
            Given given,
            Facts facts,
            Counting counting,
            OwnFigures own,
            OtherFigures others,
            TenantTransactions transactions,
            JdbcTemplate database,
            @Qualifier("systemDataSource") DataSource everyTenant,
            Environment environment,
            Supplier<UUID> ids,
            Clock clock) {
        this.town = new Neighbourhood(given, ids, clock);
        this.facts = facts;
        this.counting = counting;
        this.own = own;
        this.others = others;
        this.transactions = transactions;
        this.database = database;
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.environment = environment;
        this.clock = clock;
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

    /** Everything that happens to an action falls into another page than its decision: settlement, outcome, undoing. */
    @Test
    void what_happens_to_an_action_is_added_up_over_pages_wherever_they_end() throws Exception {
        try (SandboxServer target = SandboxServer.start(0)) {
            Customer acme = town.customer(target, 4);
            var tenant = new TenantId(acme.tenant());
            target.faults(new Faults(0, 0.4, 503, false, false));
            for (int at = 0; at < 6; at++) {
                acme.agent().post("/v1/actions?wait=PT20S", town.envelope(acme, "wr_1"));
            }
            await(() -> acme.auditor()
                    .get("/v1/actions?state=running")
                    .json()
                    .at("/items")
                    .isEmpty());
            long through = facts.count(tenant);
            List<List<String>> atOnce = rows(acme);
            assertThat(atOnce.getFirst())
                    .hasSize(6)
                    .allSatisfy(fact ->
                            assertThat(fact).contains("\"tool_calls\": 1").contains("\"cost_micros\": 1500"));

            for (int page : new int[] {1, 2, 3, 7}) {
                forget(acme);
                assertThat(new Facts(transactions, database, page).count(tenant))
                        .isEqualTo(through);

                assertThat(rows(acme)).as("in pages of %d", page).isEqualTo(atOnce);
            }
        }
    }

    @Test
    void facts_are_forgotten_after_their_time_and_what_comes_later_is_not_counted_without_them() throws Exception {
        try (SandboxServer target = SandboxServer.start(0)) {
            Customer acme = town.customer(target, 4);
            var tenant = new TenantId(acme.tenant());
            acme.agent().post("/v1/actions?wait=PT20S", town.envelope(acme, "wr_1"));
            acme.auditor().post("/v1/runs", "{}").expect(400);
            target.faults(new Faults(1_500, 0, 503, false, false));
            String late = acme.agent()
                    .post("/v1/actions", town.envelope(acme, "wr_1"))
                    .expect(202)
                    .at("/action_id");
            long unused = facts.count(tenant);
            List<List<String>> counted = rows(acme);
            assertThat(counted.getFirst()).hasSize(2);
            assertThat(counted.get(1)).isNotEmpty();

            old(KEPT.minusDays(1)).forget();
            assertThat(rows(acme).subList(0, 2)).as("too young").isEqualTo(counted.subList(0, 2));
            old(KEPT.plusDays(1)).forget();

            assertThat(rows(acme).getFirst()).isEmpty();
            assertThat(rows(acme).get(1)).isEmpty();
            await(() -> acme.auditor().get("/v1/actions/" + late).at("/state").equals("succeeded"));
            unused = facts.count(tenant);
            assertThat(rows(acme).getFirst())
                    .as("its end, without its decision")
                    .hasSize(1);
            old(Duration.ZERO).forget();
            assertThat(rows(acme).getFirst()).isEmpty();
            acme.agent().post("/v1/actions?wait=PT20S", town.envelope(acme, "wr_1"));
            unused = facts.count(tenant);
            old(Duration.ZERO).forget();
            assertThat(rows(acme).getFirst()).hasSize(1);
        }
    }

    @Test
    void a_report_that_reaches_back_further_than_facts_are_kept_says_so_and_knows_nothing_of_others() throws Exception {
        try (SandboxServer target = SandboxServer.start(0)) {
            Customer acme = town.customer(target, 4);
            Instant from = town.now();
            town.steady(acme, 2);
            Instant until = town.now();
            String opened = town.incident(acme, from, until);
            assertThat(town.report(acme, opened).path("counted_from").isMissingNode()
                            || town.report(acme, opened).path("counted_from").isNull())
                    .isTrue();
            var tenant = new TenantId(acme.tenant());
            var incident = new IncidentView(
                    opened,
                    "Long ago",
                    Severity.LOW,
                    ContainmentScope.of(tenant, ContainmentScope.Kind.TENANT, null),
                    "closed",
                    from,
                    until,
                    until,
                    "key:k_1",
                    until,
                    "key:k_1",
                    "Over.",
                    List.of());

            Report report = new Reports(facts, counting, old(KEPT), own, others, transactions, clock)
                    .of(tenant, incident, true);

            assertThat(report.countedFrom()).isAfter(from.minus(Duration.ofDays(1)));
            assertThat(report.othersAffected()).isEqualTo("unknown");
            assertThat(report.sections().getFirst().sentences().getFirst().text())
                    .startsWith("What was before ")
                    .contains("is counted no more");
        }
    }

    /** As it is after that time. */
    private OldFacts old(Duration later) {
        return new OldFacts(
                requireNonNull(everyTenant.getDataSource()),
                database,
                transactions,
                new IncidentSettings(Duration.ofSeconds(5), KEPT),
                Clock.offset(clock, later));
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
