package execution;

import execution.gateway.Outcome;
import execution.gateway.ToolGateway;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import platform.Given;
import platform.PlatformTest;
import tenancy.AgentId;
import tenancy.TenantContext;
import tenancy.TenantId;
import tools.jackson.databind.json.JsonMapper;

/** Admission and whole lives in process, beside R: {@code mvn test -Dtest=LifeBenchmark -DexcludedGroups=}. */
@PlatformTest
@Import(LifeBenchmark.Target.class)
@Tag("benchmark")
class LifeBenchmark {

    private static final Duration LONG = Duration.ofSeconds(4);
    private static final JsonMapper JSON = new JsonMapper();

    private final Given given;
    private final Actions actions;
    private final Backlog backlog;
    private final Environment environment;
    private final JdbcTemplate system;
    private final List<String> tenants = new ArrayList<>();
    private final AtomicLong records = new AtomicLong();

    /** A target that does at once whatever it is told. Imported here only: other tests call real ones. */
    static class Target {
        @Bean
        @Primary
        ToolGateway obedient() {
            return (operation, call) -> new Outcome.Succeeded(200, "{\"status\":\"solved\"}", 1);
        }
    }

    @Autowired
    LifeBenchmark(
            Given given,
            Actions actions,
            Backlog backlog,
            Environment environment,
            @Qualifier("systemDataSource") DataSource system) {
        this.given = given;
        this.actions = actions;
        this.backlog = backlog;
        this.environment = environment;
        this.system = new JdbcTemplate(system);
    }

    @Test
    void lives() throws Exception {
        given.operator().put("/v1/quota-classes/" + Given.QUOTA_CLASS, """
            {"requests_per_second":100000,"burst":1000000,"concurrent_runs":1000000,
             "tool_calls_per_day":1000000000,"weight":1,"max_parallel_actions":1000,"queued_actions":1000000}\
            """).expect(201);
        for (int i = 0; i < 50; i++) {
            tenants.add(customer());
        }
        double r = inserts();
        System.out.printf(
                "%nR = %,.0f/s%n%-44s %10s %6s %8s %8s %8s%n", r, "", "per s", "/ R", "p50 ms", "p99 ms", "worst");
        for (int round = 0; round < 2; round++) {
            for (int spread : new int[] {1, 50}) {
                for (int clients : new int[] {32, 256}) {
                    backlog.pools().forEach(Pool::close);
                    measure(
                            "admission, %d tenants, %d clients".formatted(spread, clients),
                            r,
                            clients,
                            client -> submit(tenants.get(client % spread), Duration.ZERO));
                    drain("drain of it", r);
                }
            }
            for (int spread : new int[] {1, 50}) {
                measure(
                        "whole life, %d tenants, 32 clients".formatted(spread),
                        r,
                        32,
                        client -> submit(tenants.get(client % spread), Duration.ofSeconds(10)));
            }
        }
    }

    private void submit(String tenant, Duration wait) {
        var id = new TenantId(tenant);
        var envelope = new Envelope(
                tenant,
                Given.WORKSPACE,
                Given.AGENT,
                "wr_1",
                Given.PROFILE,
                Given.QUOTA_CLASS,
                "ticket.update",
                Map.of("system", "zendesk", "record_id", "zd_" + records.incrementAndGet()),
                JSON.readTree("{\"status\":\"solved\"}"),
                List.of("internal"),
                null,
                null,
                null);
        var answer = actions.submit(
                TenantContext.of(id, "key:bench", "req_1"), new AgentId(id, Given.AGENT), envelope, null, wait);
        ActionState wanted = wait.isZero() ? ActionState.QUEUED : ActionState.SUCCEEDED;
        if (answer.answer().state() != wanted) {
            throw new IllegalStateException(answer.toString());
        }
    }

    private void drain(String what, double r) throws InterruptedException {
        long waiting = waiting();
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        long began = System.nanoTime();
        backlog.pools().forEach(Pool::open);
        while ((unstarted() > 0 || backlog.running() > 0) && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf(
                "%-44s %,10.0f %6.2f   (%,d lives)%n", what, waiting / seconds, waiting / seconds / r, waiting);
    }

    private long unstarted() {
        return tenants.stream()
                .mapToLong(tenant -> backlog.queued(new TenantId(tenant)))
                .sum();
    }

    private long waiting() {
        Long count = system.queryForObject("select count(*) from execution.queue_entry", Long.class);
        return count == null ? 0 : count;
    }

    private static void measure(String what, double r, int clients, IntConsumer work) throws InterruptedException {
        long until = System.nanoTime() + LONG.toNanos();
        List<Thread> threads = new ArrayList<>();
        List<List<Long>> taken = new ArrayList<>();
        long began = System.nanoTime();
        for (int client = 0; client < clients; client++) {
            int mine = client;
            List<Long> nanos = new ArrayList<>();
            taken.add(nanos);
            threads.add(Thread.ofVirtual().start(() -> {
                while (System.nanoTime() < until) {
                    long start = System.nanoTime();
                    work.accept(mine);
                    nanos.add(System.nanoTime() - start);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        long[] all = taken.stream()
                .flatMap(List::stream)
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
        System.out.printf(
                "%-44s %,10.0f %6.2f %8.1f %8.1f %8.1f%n",
                what,
                all.length / seconds,
                all.length / seconds / r,
                all[all.length / 2] / 1e6,
                all[all.length * 99 / 100] / 1e6,
                all[all.length - 1] / 1e6);
    }

    /** Single-row inserts and commits a second at 32 clients. */
    private double inserts() throws Exception {
        AtomicLong done = new AtomicLong();
        String url = environment.getRequiredProperty("spring.datasource.url");
        String user = environment.getRequiredProperty("spring.datasource.username");
        String password = environment.getRequiredProperty("spring.datasource.password");
        try (Connection owner = DriverManager.getConnection(url, user, password)) {
            owner.createStatement().execute("create table public.r (id bigint primary key, payload text not null)");
        }
        byte[] payload = new byte[280];
        Arrays.fill(payload, (byte) 'x');
        String text = new String(payload, java.nio.charset.StandardCharsets.US_ASCII);
        long until = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try (Connection mine = DriverManager.getConnection(url, user, password);
                        PreparedStatement insert = mine.prepareStatement("insert into public.r values (?, ?)")) {
                    while (System.nanoTime() < until) {
                        insert.setLong(1, done.incrementAndGet());
                        insert.setString(2, text);
                        insert.executeUpdate();
                    }
                } catch (java.sql.SQLException failed) {
                    throw new IllegalStateException(failed);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return done.get() / 3.0;
    }

    private String customer() {
        var customer = given.customer();
        given.operator()
                .put("/v1/connectors/zendesk?tenant=" + customer.tenant(), """
                    {"base_url":"https://zendesk.test","bulkhead":1000,"operations":{
                       "ticket.update":{"effect":"write","method":"PUT","path":"/tickets/{record_id}",
                         "target_schema":{"type":"object","required":["record_id"],
                                          "properties":{"record_id":{"type":"string"}}},
                         "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}},
                         "body":{"status":"arguments.status"}}}}\
                    """)
                .expect(201);
        customer.admin().put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"tickets","effect":"allow","operations":["ticket.update"]}],
             "destinations":{"allow":["*"]},"data_classes":["internal"]}}\
            """).expect(201);
        return customer.tenant();
    }
}
