package journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient;
import platform.TestClient.Answer;
import tenancy.InlineRows;
import tools.jackson.databind.JsonNode;

/** Projections are made again while they serve, and are what they were. */
@PlatformTest
class RebuildOverHttpTest {

    /** What holds more than events tell, or does not outlive what it is for. */
    private static final Set<String> NOT_FROM_EVENTS_ALONE = Set.of(
            "execution.payload",
            "execution.webhook_delivery",
            "execution.webhook_secret",
            "execution.late_start",
            "secrets.content_key",
            "secrets.data_key",
            "secrets.erased_tenant",
            "secrets.minted_token",
            "secrets.sealed_value",
            "secrets.wrapping_key",
            "secrets.hand_out",
            "tenancy.posture_epoch");

    private final Given given;
    private final Rebuilds rebuilds;
    private final Shadowed shadowed;
    private final RebuildLog history;
    private final List<InlineRows> inlineRows;
    private final DataSource system;
    private final Environment environment;

    private HttpServer target;
    private TestClient operator;
    private Given.Customer acme;
    private Given.Customer globex;

    @Autowired
    RebuildOverHttpTest(
            Given given,
            Rebuilds rebuilds,
            Shadowed shadowed,
            RebuildLog history,
            List<InlineRows> inlineRows,
            @Qualifier("systemDataSource") DataSource system,
            Environment environment) {
        this.given = given;
        this.rebuilds = rebuilds;
        this.shadowed = shadowed;
        this.history = history;
        this.inlineRows = inlineRows;
        this.system = system;
        this.environment = environment;
    }

    @BeforeEach
    void twoCustomersWithATarget() throws IOException {
        target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        target.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            byte[] body = "{\"status\":\"solved\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        target.start();
        operator = given.operator();
        acme = customer();
        globex = customer();
    }

    @AfterEach
    void stopServing() {
        target.stop(0);
    }

    @Test
    void every_projection_is_rebuilt_under_load_and_equals_the_one_that_served() throws Exception {
        var stop = new AtomicBoolean();
        var sent = new AtomicInteger();
        Set<Integer> answers = ConcurrentHashMap.newKeySet();
        List<Thread> senders = new ArrayList<>();
        for (Given.Customer customer : List.of(acme, globex)) {
            for (int sender = 0; sender < 2; sender++) {
                senders.add(Thread.ofVirtual().start(() -> {
                    while (!stop.get()) {
                        int number = sent.incrementAndGet();
                        answers.add(act(customer, number).status());
                        changeThings(customer, number);
                    }
                }));
            }
        }
        List<String> names = names();
        assertThat(names).contains("actions", "runs", "tenancy", "policy", "quota", "execution", "spent", "keys");
        try {
            for (String name : names) {
                JsonNode rebuilt = rebuilt(name);

                assertThat(rebuilt.path("state").asString())
                        .as(rebuilt.toString())
                        .isEqualTo("done");
                assertThat(rebuilt.path("compared"))
                        .as(name)
                        .isNotEmpty()
                        .allSatisfy(table -> assertThat(table.path("equal").asBoolean())
                                .as("%s: %s", name, table)
                                .isTrue());
            }
        } finally {
            stop.set(true);
            for (Thread sender : senders) {
                sender.join();
            }
        }
        assertThat(answers).as("nobody was hurt").isSubsetOf(200, 202, 403, 429);
        assertThat(sent.get()).isGreaterThan(names.size());
        // What took the places went on under the load: it is what the journal says to the end.
        for (String name : names) {
            assertThat(rebuilt(name).path("compared"))
                    .as(name)
                    .allSatisfy(table -> assertThat(table.path("equal").asBoolean())
                            .as("%s: %s", name, table)
                            .isTrue());
        }
        assertThat(schemasLeft()).isEmpty();
    }

    @Test
    void a_damaged_table_is_found_different_and_is_whole_again() {
        String action = act(acme, 1).at("/action_id");
        awaitEnd(action);
        Answer before = acme.auditor().get("/v1/actions?limit=200").expect(200);
        owner().execute("update execution.action set state = 'failed' where tenant_id = '%s'".formatted(acme.tenant()));
        assertThat(acme.auditor().get("/v1/actions?limit=200").at("/items/0/state"))
                .isEqualTo("failed");

        JsonNode rebuilt = rebuilt("actions");

        assertThat(rebuilt.at("/compared/0/equal").asBoolean()).isFalse();
        assertThat(acme.auditor().get("/v1/actions?limit=200").expect(200).body())
                .isEqualTo(before.body());
        assertThat(rebuilt("actions").at("/compared/0/equal").asBoolean()).isTrue();
    }

    @Test
    void a_rebuilt_table_keeps_its_guards_rights_keys_and_indexes() {
        List<@Nullable String> before = describes("execution.action");

        assertThat(rebuilt("actions").path("state").asString()).isEqualTo("done");

        assertThat(describes("execution.action")).isEqualTo(before).hasSizeGreaterThan(8);
    }

    @Test
    void whoever_reads_for_long_is_waited_for_and_nobody_else_waits() throws Exception {
        DataSource owner = Objects.requireNonNull(owner().getDataSource());
        try (Connection reader = owner.getConnection();
                var statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("lock table execution.action in access share mode");
            operator.post("/v1/projections/actions:rebuild", "").expect(202);
            await(() -> operator.get("/v1/projections/actions")
                            .json()
                            .at("/rebuild/compared")
                            .size()
                    == 1);

            for (int number = 0; number < 20; number++) {
                act(acme, number);
            }

            assertThat(operator.get("/v1/projections/actions").at("/rebuild/state"))
                    .isEqualTo("building");
            assertThat(acme.auditor().get("/v1/actions?limit=200").json().at("/items"))
                    .hasSize(20);
            reader.rollback();
        }
        await(() -> operator.get("/v1/projections/actions").at("/rebuild/state").equals("done"));
        assertThat(acme.auditor().get("/v1/actions?limit=200").json().at("/items"))
                .hasSize(20);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it happens within 60 s").isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Test
    void one_at_a_time_and_only_operators_and_only_what_there_is() throws Exception {
        try (Connection elsewhere = system.getConnection();
                var statement = elsewhere.createStatement()) {
            statement.execute("select pg_advisory_lock(hashtext('firebreak rebuild'))");

            assertThat(operator.post("/v1/projections/runs:rebuild", "")
                            .expect(409)
                            .at("/code"))
                    .isEqualTo("rebuild_under_way");

            statement.execute("select pg_advisory_unlock(hashtext('firebreak rebuild'))");
        }
        acme.admin().post("/v1/projections/runs:rebuild", "").expect(403);
        acme.auditor().get("/v1/projections").expect(403);
        operator.post("/v1/projections/journal:rebuild", "").expect(404);
    }

    @Test
    void what_a_process_left_that_died_is_dropped_at_the_next_start() {
        var database = new JdbcTemplate(system);
        database.update("""
            insert into journal.rebuild (projection, state, started_by, started_at, passed, total)
            values ('runs', 'building', 'key:k_1', now(), 17, 4711)
            on conflict (projection) do update set state = 'building'\
            """);
        database.execute("call journal.open_shadows('{execution.run}'::regclass[])");
        assertThat(schemasLeft()).isNotEmpty();

        rebuilds.start();

        assertThat(schemasLeft()).isEmpty();
        assertThat(operator.get("/v1/projections/runs").expect(200).at("/rebuild/state"))
                .isEqualTo("interrupted");
        assertThat(rebuilt("runs").path("state").asString()).isEqualTo("done");
    }

    @Test
    void what_is_past_its_time_does_not_come_back() {
        String action = act(acme, 1).at("/action_id");
        String others = act(globex, 1).at("/action_id");
        awaitEnd(action);
        acme.admin()
                .put("/v1/policies/layer:tenant", "{\"document\":{\"records\":{\"action_days\":30}}}")
                .expect(201);
        await(() -> new JdbcTemplate(system)
                .queryForList("select tenant_id from execution.retention", String.class)
                .contains(acme.tenant()));
        var inAMonth = new Rebuilds(
                rebuilds.projections(),
                shadowed,
                system,
                history,
                Clock.offset(Clock.systemUTC(), Duration.ofDays(31)));
        inAMonth.start();

        for (String name : List.of("actions", "idempotency")) {
            inAMonth.begin(name, "key:k_test");
            await(() -> history.last(name).orElseThrow().state() != RebuildLog.State.BUILDING && free());

            assertThat(history.last(name).orElseThrow().compared())
                    .allSatisfy(
                            table -> assertThat(table.equal()).as("%s", table).isTrue());
        }

        assertThat(acme.auditor()
                        .get("/v1/actions?limit=200")
                        .expect(200)
                        .json()
                        .at("/items"))
                .as("forgotten")
                .isEmpty();
        assertThat(globex.auditor().get("/v1/actions?limit=200").expect(200).body())
                .contains(others);
        // A rebuild that does not know that it is later makes them again: the journal still has them.
        assertThat(rebuilt("actions").at("/compared/0/equal").asBoolean()).isFalse();
        assertThat(acme.auditor().get("/v1/actions?limit=200").expect(200).body())
                .contains(action);
    }

    @Test
    void every_table_that_is_written_with_events_is_rebuilt_or_known_to_hold_more() {
        Set<String> written = new HashSet<>();
        inlineRows.forEach(rows -> written.add(ShadowNames.changed(rows.statement())));
        Set<String> rebuilt = new HashSet<>(NOT_FROM_EVENTS_ALONE);
        rebuilds.projections().forEach(each -> rebuilt.addAll(each.tables()));

        assertThat(rebuilt).containsAll(written);
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        operator.get("/v1/projections")
                .expect(200)
                .json()
                .path("items")
                .forEach(each -> names.add(each.path("name").asString()));
        return names;
    }

    /** The rebuild, once it has ended. */
    private JsonNode rebuilt(String name) {
        operator.post("/v1/projections/" + name + ":rebuild", "").expect(202);
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            JsonNode rebuild =
                    operator.get("/v1/projections/" + name).expect(200).json().path("rebuild");
            if (!rebuild.path("state").asString().equals("building") && free()) {
                return rebuild;
            }
            assertThat(System.nanoTime()).as("it ends within 60 s: " + rebuild).isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private boolean free() {
        return Boolean.FALSE.equals(new JdbcTemplate(system)
                .queryForObject(
                        "select exists (select from pg_locks where locktype = 'advisory' and granted"
                                + " and database = (select oid from pg_database where datname = current_database())"
                                + " and objid::bigint = (hashtext('firebreak rebuild')::bigint & 4294967295))",
                        Boolean.class));
    }

    private List<@Nullable String> schemasLeft() {
        return new JdbcTemplate(system)
                .queryForList("select nspname from pg_namespace where nspname ~ '_(rebuilt|replaced)$'", String.class);
    }

    /** All that guards a table and makes it fast, in words. */
    private List<@Nullable String> describes(String table) {
        return new JdbcTemplate(system).queryForList("""
            select pg_get_indexdef(indexrelid) from pg_index where indrelid = '%1$s'::regclass
            union all select conname || pg_get_constraintdef(oid) from pg_constraint where conrelid = '%1$s'::regclass
                and contype <> 'n'
            union all select policyname || permissive || roles::text || cmd || coalesce(qual, '') || coalesce(with_check, '')
                from pg_policies where schemaname || '.' || tablename = '%1$s'
            union all select a.privilege_type || a.grantee::regrole::text from pg_class c, aclexplode(c.relacl) a
                where c.oid = '%1$s'::regclass
            union all select relrowsecurity::text || relforcerowsecurity::text || coalesce(reloptions::text, '')
                || relowner::regrole::text from pg_class where oid = '%1$s'::regclass
            union all select attname || format_type(atttypid, atttypmod) || attnotnull::text || attcollation::text
                from pg_attribute where attrelid = '%1$s'::regclass and attnum > 0 and not attisdropped
            order by 1\
            """.formatted(table), String.class);
    }

    private JdbcTemplate owner() {
        return new JdbcTemplate(new DriverManagerDataSource(
                environment.getRequiredProperty("spring.datasource.url"),
                environment.getRequiredProperty("spring.datasource.username"),
                environment.getRequiredProperty("spring.datasource.password")));
    }

    private void awaitEnd(String action) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!acme.auditor().get("/v1/actions/" + action).at("/state").equals("succeeded")) {
            assertThat(System.nanoTime()).as("it ends within 20 s").isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private void changeThings(Given.Customer customer, int number) {
        switch (number % 8) {
            case 0 -> customer.admin().post("/v1/keys", "{\"role\":\"analyst\",\"label\":\"load\"}");
            case 1 -> customer.admin().patch("/v1/agents/" + Given.AGENT, "{\"trust_zone\":\"zone_" + number + "\"}");
            case 2 ->
                customer.admin()
                        .put("/v1/quotas/overrides/tool_calls_per_day", "{\"value\":" + (50_000 + number) + "}");
            case 3 -> customer.agent().post("/v1/runs/wr_" + number % 5 + ":end", "");
            case 4 -> contain(customer, number % 3 == 0 ? "normal" : number % 2 == 0 ? "read_only" : "frozen");
            case 5 -> customer.admin().put("/v1/containment/rules/rule_" + number % 7, """
                            {"trigger":"denials","threshold":%d,"scope":"agent","mode":"shadow","posture":"frozen",
                             "lifetime":"PT10M"}\
                            """.formatted(1_000 + number));
            case 6 -> customer.admin().delete("/v1/containment/rules/rule_" + number % 7);
            default -> LockSupport.parkNanos(1_000_000);
        }
    }

    /** A run that nobody asks for anything in. */
    private void contain(Given.Customer customer, String posture) {
        customer.admin().post("/v1/containment", """
            {"scope":"run","key":"wr_nobodys","posture":"%s","reason":"For a test."}\
            """.formatted(posture));
    }

    private Answer act(Given.Customer customer, int number) {
        return customer.agent().post("/v1/actions", """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_%d","policy_profile":"%s",
             "quota_class":"%s","requested_action":"%s","target":{"system":"zendesk","record_id":"zd_%d"},
             "arguments":{"status":"solved"},"data_classes":["internal"]}\
            """.formatted(
                        customer.tenant(),
                        Given.WORKSPACE,
                        Given.AGENT,
                        1_000 + number / 20,
                        Given.PROFILE,
                        Given.QUOTA_CLASS,
                        number % 5 == 4 ? "ticket.delete" : "ticket.update",
                        number));
    }

    private Given.Customer customer() {
        Given.Customer customer = given.customer();
        operator.put("/v1/connectors/zendesk?tenant=" + customer.tenant(), """
                {"base_url":"http://127.0.0.1:%d","allow_private_addresses":["127.0.0.1"],"bulkhead":100,
                 "operations":{
                   "ticket.update":{"effect":"write","method":"PUT","path":"/tickets/{record_id}",
                     "target_schema":{"type":"object","required":["record_id"],
                                      "properties":{"record_id":{"type":"string"}}},
                     "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}},
                     "idempotency_header":"Idempotency-Key","body":{"status":"arguments.status"}},
                   "ticket.delete":{"effect":"high_risk","method":"DELETE","path":"/tickets/{record_id}",
                     "target_schema":{"type":"object","required":["record_id"],
                                      "properties":{"record_id":{"type":"string"}}},
                     "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}}}}}\
                """.formatted(
                                target.getAddress().getPort()))
                .expect(201);
        customer.admin().put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"tickets","effect":"allow","operations":["ticket.update"]},
                      {"id":"no_delete","effect":"deny","operations":["ticket.delete"]}],
             "destinations":{"allow":["127.0.0.1"]},"data_classes":["internal"]}}\
            """).expect(201);
        return customer;
    }
}
