package audit.incident;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.context.TestPropertySource;
import platform.Given.Customer;
import platform.Given;
import platform.PlatformTest;
import platform.SandboxServer;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;

/**
 * How long a report takes over a journal of a million events, beside twenty other tenants with ten thousand each. The
 * events are those of one real action and one real refusal, told again under other names and times.
 */
@Tag("benchmark")
@PlatformTest
@TestPropertySource(
        properties = {"firebreak.incidents.count-every=1h", "firebreak.proofs.seal-every=1h", "logging.level.root=warn"
        })
class ReportBenchmark {

    private static final int ACTIONS = Integer.getInteger("actions", 220_000);
    private static final int OTHERS = 20;
    private static final int PAGE = 5_000;
    private static final int REPORTS = 10;

    /** The events of both actions; what is the action's own name or time is marked. */
    private static final String TEMPLATE = """
        create temporary table template as
        select o.refused, row_number() over (partition by o.refused order by e.tenant_seq) as place, e.type, e.payload_type,
            e.payload_revision, e.meta_data,
            regexp_replace(replace(convert_from(e.payload, 'UTF8'), o.action, '@act'),
                '"(decided_at|started_at|ended_at)":"[^"]+"', '"\\1":"@at"', 'g') as payload
        from (values (false, ?), (true, ?)) as o(refused, action)
        join journal.event e on e.tenant_id = ? and convert_from(e.payload, 'UTF8') like '%' || o.action || '%'\
        """;

    /** Every tenth action is the refused one. */
    private static final String TOLD_AGAIN = """
        insert into journal.event (tenant_id, tenant_seq, aggregate_identifier, sequence_number, type, event_identifier,
            time_stamp, payload_type, payload_revision, agent_id, run_id, payload, meta_data)
        select o.tenant, o.base + row_number() over (order by n, t.place),
            o.tenant || '/' || coalesce(t.type, 'event') || '/' || n, t.place, t.type, gen_random_uuid()::text,
            o.began + n * o.step * interval '1 second', t.payload_type, t.payload_revision, 'agent_' || n % 50,
            'wr_' || n % 2000,
            convert_to(replace(replace(t.payload, '@act', 'act_' || lpad(n::text, 9, '0')), '@at',
                to_char((o.began + n * o.step * interval '1 second') at time zone 'UTC',
                    'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), 'UTF8'),
            t.meta_data
        from (select ?::text as tenant, ?::timestamptz as began, ?::float8 as step,
            (select max(tenant_seq) from journal.event where tenant_id = ?) as base) o
        cross join generate_series(?::bigint, ?::bigint) n
        join template t on t.refused = (n % 10 = 0)\
        """;

    private final Given given;
    private final Neighbourhood town;
    private final Facts facts;
    private final Environment environment;

    @Autowired
    ReportBenchmark(Given given, Facts facts, Environment environment, Supplier<UUID> ids, Clock clock) {
        this.given = given;
        this.facts = facts;
        this.environment = environment;
        this.town = new Neighbourhood(given, ids, clock);
    }

    @Test
    void report_over_a_million_events() throws Exception {
        try (SandboxServer target = SandboxServer.start(0);
                Connection owner = owner()) {
            Customer acme = town.customer(target, 16);
            String done = acme.agent()
                    .post("/v1/actions?wait=PT20S", town.envelope(acme, "wr_1"))
                    .expect(200)
                    .at("/action_id");
            String refused = acme.agent()
                    .post("/v1/actions", town.envelope(acme.tenant(), Given.AGENT, "wr_1", "ticket.delete"))
                    .expect(403)
                    .at("/decision_id");
            Instant from = town.now().minusSeconds(7_200);
            template(owner, acme.tenant(), done, refused);
            told(owner, acme.tenant(), from, ACTIONS);
            for (int other = 0; other < OTHERS; other++) {
                Customer neighbour = given.customer("tenant_other_" + other, Given.QUOTA_CLASS);
                told(owner, neighbour.tenant(), from.minusSeconds(3_600), ACTIONS / 100);
            }
            long events = number(owner, acme.tenant());

            long began = System.nanoTime();
            long counted = facts.count(new TenantId(acme.tenant()));
            double seconds = (System.nanoTime() - began) / 1e9;
            System.out.printf(
                    "counted %,d of %,d events in %.1f s: %,.0f a second%n",
                    counted, events, seconds, counted / seconds);
            for (int other = 0; other < OTHERS; other++) {
                long unused = facts.count(new TenantId("tenant_other_" + other));
            }
            analyzed(owner);

            String incident = town.incident(acme, from, town.now());
            long[] nanos = new long[REPORTS];
            Duration before = cpu();
            for (int at = 0; at < REPORTS; at++) {
                long start = System.nanoTime();
                JsonNode report = town.report(acme, incident);
                nanos[at] = System.nanoTime() - start;
                assertThat(Neighbourhood.sentences(report, "tools")
                                .getFirst()
                                .at("/figures/decided")
                                .asLong())
                        .isGreaterThan(ACTIONS / 2);
            }
            Duration used = cpu().minus(before).dividedBy(REPORTS);
            System.out.printf("CPU of PostgreSQL and the platform for one report: %d ms%n", used.toMillis());
            System.out.printf("first report %.0f ms", nanos[0] / 1e6);
            Arrays.sort(nanos);
            System.out.printf(
                    ", median %.0f ms, slowest %.0f ms of %d%n",
                    nanos[REPORTS / 2] / 1e6, nanos[REPORTS - 1] / 1e6, REPORTS);
        }
    }

    private static void template(Connection owner, String tenant, String done, String refused) throws SQLException {
        try (var statement = owner.prepareStatement(TEMPLATE)) {
            statement.setString(1, done);
            statement.setString(2, refused);
            statement.setString(3, tenant);
            int unused = statement.executeUpdate();
        }
    }

    private static void told(Connection owner, String tenant, Instant from, int actions) throws SQLException {
        double step = 7_000.0 / actions;
        for (int first = 1; first <= actions; first += PAGE) {
            try (var statement = owner.prepareStatement(TOLD_AGAIN)) {
                statement.setString(1, tenant);
                statement.setObject(2, Period.sql(from));
                statement.setDouble(3, step);
                statement.setString(4, tenant);
                statement.setLong(5, first);
                statement.setLong(6, Math.min(actions, first + PAGE - 1));
                assertThat(statement.executeUpdate()).isPositive();
            }
        }
    }

    private static long number(Connection owner, String tenant) throws SQLException {
        try (var statement = owner.prepareStatement("select count(*) from journal.event where tenant_id = ?")) {
            statement.setString(1, tenant);
            try (var row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** What autovacuum does by itself in an installation that is not made in a minute. */
    private static void analyzed(Connection owner) throws SQLException {
        try (var statement = owner.createStatement()) {
            boolean unused = statement.execute("vacuum analyze audit.action_fact");
            unused = statement.execute("vacuum analyze audit.notable_fact");
        }
    }

    /** Of this process and of its database server, which other load on the machine does not blur. */
    private static Duration cpu() {
        String server = Path.of("target", "postgres").toAbsolutePath().toString();
        return ProcessHandle.allProcesses()
                .filter(process -> process.equals(ProcessHandle.current())
                        || process.info().command().orElse("").startsWith(server))
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    private Connection owner() throws SQLException {
        return DriverManager.getConnection(
                environment.getRequiredProperty("spring.datasource.url"),
                environment.getRequiredProperty("spring.datasource.username"),
                environment.getRequiredProperty("spring.datasource.password"));
    }
}
