package platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import platform.DemoApi.Answer;
import platform.TestTenants.TestTenant;
import tenancy.Role;
import tools.jackson.databind.JsonNode;

/**
 * Two processes over one database. One has all the work, and the other is asked to freeze it: from the answer on, the
 * first starts nothing of it, though nobody has told it; and once that is confirmed, nothing arrives any more.
 */
class TwoNodesTest {

    private static final int SENDERS = 6;
    private static final int ROUNDS = 4;
    private static final int BUSY = 30;

    /** By the journal, whose order is the order of commits. */
    private static final String STARTED = """
        with changes as (select tenant_seq from journal.event where tenant_id = ?
            and payload_type in ('posture_set', 'posture_released') order by tenant_seq desc limit 2)
        select count(*) from journal.event e where e.tenant_id = ? and e.payload_type = 'action_started'
            and e.tenant_seq between (select min(tenant_seq) from changes) and (select max(tenant_seq) from changes)\
        """;

    @TempDir
    Path directory;

    private final ConcurrentLinkedQueue<String> arrivals = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer target;

    @BeforeEach
    void open() throws IOException {
        target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        target.setExecutor(threads);
        target.createContext("/", this::answer);
        target.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            arrivals.add(path.substring(path.lastIndexOf('/') + 1));
            exchange.getRequestBody().readAllBytes();
            byte[] body = "{\"status\":\"solved\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @AfterEach
    void close() {
        target.stop(0);
        threads.shutdownNow();
    }

    @Test
    void what_is_frozen_at_one_node_is_not_started_at_the_other() throws Exception {
        DatabaseOwner database = TestDatabase.empty();
        String[] settings = {
            "--spring.datasource.url=" + database.url(),
            "--spring.datasource.username=" + database.user(),
            "--spring.datasource.password=" + database.password(),
            "--firebreak.database.app-connections=8"
        };
        try (var first = PlatformProcess.start(directory, settings)) {
            String operator = first.operatorKey();
            try (var stopping = TestTenants.at(first.base(), operator)) {
                stopping.quotaClass(TestTenants.QUOTA_CLASS, TestTenants.ROOMY);
                TestTenant tenant = stopping.register("two_nodes");
                stopping.connector(
                        tenant.id(),
                        "zendesk",
                        URI.create("http://127.0.0.1:" + target.getAddress().getPort()));
                try (var second = PlatformProcess.start(directory, settings);
                        var working = TestTenants.at(second.base(), operator)) {
                    new Rounds(database, stopping, working, tenant).run();
                }
            }
        }
    }

    private final class Rounds {

        private final JdbcTemplate everyTenant;
        private final TestTenants stopping;
        private final TestTenants working;
        private final TestTenant tenant;
        private final AtomicInteger records = new AtomicInteger();
        private final AtomicBoolean over = new AtomicBoolean();
        private final Map<Integer, AtomicInteger> answers = new TreeMap<>();

        Rounds(DatabaseOwner database, TestTenants stopping, TestTenants working, TestTenant tenant) {
            var everyTenant = new PGSimpleDataSource();
            everyTenant.setUrl(database.url());
            everyTenant.setUser(DatabaseRoles.SYSTEM);
            everyTenant.setPassword(database.passwordOf(DatabaseRoles.SYSTEM));
            this.everyTenant = new JdbcTemplate(everyTenant);
            this.stopping = stopping;
            this.working = working;
            this.tenant = tenant;
        }

        void run() throws Exception {
            List<Future<?>> senders = new ArrayList<>();
            for (int sender = 0; sender < SENDERS; sender++) {
                senders.add(threads.submit(() -> {
                    while (!over.get()) {
                        send();
                    }
                }));
            }
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    int before = arrivals.size();
                    await(() -> arrivals.size() > before + BUSY);
                    round();
                }
            } finally {
                over.set(true);
            }
            for (Future<?> sender : senders) {
                sender.get();
            }
            System.out.println("answers of the node that works: " + answers);
            assertThat(answers.keySet()).isSubsetOf(202, 423);
            assertThat(arrivals).doesNotHaveDuplicates();
        }

        private void send() {
            Answer asked = working.api()
                    .post(
                            tenant.key(Role.AGENT),
                            "/v1/actions",
                            working.envelope(tenant.id(), "wr_two", "zd_" + records.incrementAndGet()));
            synchronized (answers) {
                answers.computeIfAbsent(asked.status(), first -> new AtomicInteger())
                        .incrementAndGet();
            }
        }

        private void round() throws Exception {
            Answer frozen = contain("frozen");
            int answered = arrivals.size();
            String id = frozen.body().at("/receipt/containment_id").asString();
            await(() -> !receipts(id).isEmpty());
            int confirmed = arrivals.size();
            JsonNode receipt = receipts(id).get(0).path("receipt");
            assertThat(receipt.path("nodes")).as("both have heard").hasSize(2);

            // Whoever works there has heard: it refuses, and goes on refusing.
            await(() -> working.api()
                            .post(
                                    tenant.key(Role.AGENT),
                                    "/v1/actions",
                                    working.envelope(tenant.id(), "wr_two", "zd_" + records.incrementAndGet()))
                            .status()
                    == 423);
            assertThat(arrivals).as("after the confirmed receipt").hasSize(confirmed);

            Set<String> late = new HashSet<>(arrivals.stream().skip(answered).toList());
            System.out.printf(
                    "%s: %d arrived between the answer and the receipt, of calls that had started before%n",
                    receipt.path("counts"), late.size());
            contain("normal");
            assertThat(everyTenant.queryForObject(STARTED, Long.class, tenant.id(), tenant.id()))
                    .as("started between the freeze and the release, by the journal")
                    .isZero();
        }

        private Answer contain(String posture) {
            return stopping.api()
                    .post(
                            stopping.operator(),
                            "/v1/containment?tenant=" + tenant.id(),
                            Map.of("scope", "connector", "key", "zendesk", "posture", posture, "reason", "For a test."))
                    .orThrow();
        }

        private JsonNode receipts(String containment) {
            return stopping.api()
                    .get(stopping.operator(), "/v1/containment/" + containment + "?tenant=" + tenant.id())
                    .orThrow()
                    .body()
                    .path("receipts");
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
