package tenancy.containment;

import static org.assertj.core.api.Assertions.assertThat;
import static tenancy.containment.Desk.until;

import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.axonframework.commandhandling.CommandBus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.test.context.TestPropertySource;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient;
import platform.TestClient.Answer;
import tenancy.Capacity;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/**
 * Nothing else works any more: every connection that anything but containment may take is held, every slot waits for a
 * target that does not answer, ten thousand commands wait in the tenant's lane. What stops and revokes is served, and what
 * an operator looks at.
 */
@PlatformTest
@TestPropertySource(properties = "firebreak.execution.pools.shared.slots=32")
class ReservedCapacityTest {

    /** Of the pool, half: as many as one tenant may have. */
    private static final int SLOTS = 16;

    private static final int DEEP = 10_000;

    private final Given given;
    private final Desk desk;
    private final Desk neighbour;
    private final DataSource ofTenants;
    private final DataSource ofAll;
    private final TenantCommands commands;
    private final CommandBus lanes;
    private final MeterRegistry meters;
    private final List<Connection> held = new ArrayList<>();

    @Autowired
    ReservedCapacityTest(
            Given given,
            DataSource ofTenants,
            @Qualifier("systemDataSource") DataSource ofAll,
            TenantCommands commands,
            CommandBus lanes,
            MeterRegistry meters) {
        this.given = given;
        this.desk = new Desk(given, 1_000);
        this.neighbour = new Desk(given, 1_000);
        this.ofTenants = ofTenants;
        this.ofAll = ofAll;
        this.commands = commands;
        this.lanes = lanes;
        this.meters = meters;
    }

    /** Waits in a lane for a millisecond of its time. */
    record Takes(TenantId tenant) {}

    @AfterEach
    void close() throws SQLException {
        letGo();
        desk.close();
        neighbour.close();
    }

    @Test
    void whatever_is_taken_the_scope_is_stopped_seen_and_released() throws Exception {
        takeAllSlots();
        String waits = desk.ask("ticket.update", "behind").expect(202).at("/action_id");
        String key = desk.admin()
                .post("/v1/keys", "{\"role\":\"auditor\",\"label\":\"lost\"}")
                .expect(201)
                .at("/key_id");
        // Whose keys this node has not seen yet.
        TestClient operator = desk.operator();
        TestClient admin = given.person(desk.admin(), "tenant_admin");
        String in = "?tenant=" + desk.tenant();

        holdAllThatIsShared();
        var backedUp = new BackedUpLane();
        try (backedUp) {
            backedUp.isDeep();
            long asked = System.nanoTime();
            Answer frozen = desk.contain(operator, in, "connector", "desk", "frozen", "")
                    .expect(200);
            System.out.printf(
                    "frozen after %d ms, with %d commands in the lane%n",
                    (System.nanoTime() - asked) / 1_000_000, backedUp.waiting());
            assertThat(backedUp.waiting()).as("still in the lane").isPositive();
            String id = frozen.at("/receipt/containment_id");

            until(() -> !operator.get("/v1/containment/" + id + in)
                    .expect(200)
                    .json()
                    .at("/receipts")
                    .isEmpty());
            Answer confirmed = operator.get("/v1/containment/" + id + in);
            assertThat(confirmed.at("/receipts/0/receipt/counts/action~1unknown"))
                    .isEqualTo("" + SLOTS);
            assertThat(confirmed.at("/receipts/0/receipt/counts/action~1held")).isEqualTo("1");
            assertThat(operator.get("/v1/containment" + in + "&state=in_force")
                            .expect(200)
                            .json()
                            .at("/items"))
                    .hasSize(1);
            assertThat(operator.get("/v1/actions/" + waits + in).expect(200).at("/queue/waits_for/kind"))
                    .isEqualTo("containment");
            operator.get("/v1/tenants").expect(200);
            given.anybody().get("/actuator/health/readiness").expect(200);
            admin.get("/v1/containment").expect(200);
            admin.delete("/v1/keys/" + key).expect(204);
            admin.post("/v1/secrets:revoke", "{\"scope\":\"connector\",\"key\":\"desk\",\"reason\":\"For a test.\"}")
                    .expect(200);

            // Who asks for something else is told so, and not kept.
            Answer unserved = desk.admin().get("/v1/agents").expect(503);
            assertThat(unserved.at("/code")).isEqualTo("storage_unavailable");
            assertThat(unserved.header("Retry-After")).isNotEmpty();

            desk.contain(operator, in, "connector", "desk", "normal", "").expect(200);
            assertThat(allThatIsSharedIsHeld()).isTrue();
        }
        letGo();
        long before = System.nanoTime();
        until(() -> desk.admin().get("/v1/agents").status() == 200);
        desk.answerAll();
        until(() -> desk.action(waits).at("/state").equals("succeeded"));
        System.out.printf("all goes on after %d ms%n", (System.nanoTime() - before) / 1_000_000);
    }

    /** Whoever asks for something else is told so, and whoever stops something is served, again and again. */
    @Test
    void every_pooled_connection_is_held_for_ten_seconds() throws Exception {
        desk.done("ticket.update", "before").expect(200);
        TestClient operator = desk.operator();
        var over = new AtomicBoolean();
        var records = new AtomicInteger();
        Map<Integer, Integer> answers = new ConcurrentSkipListMap<>();
        List<Answer> refusals = new CopyOnWriteArrayList<>();
        List<Long> took = new ArrayList<>();
        holdAllThatIsShared();
        while (!isHeld("firebreak_app_lanes")) {
            held.add(Capacity.LANES.call(ofTenants::getConnection));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int sender = 0; sender < 8; sender++) {
                String run = "wr_held_" + sender;
                threads.submit(() -> {
                    while (!over.get()) {
                        Answer asked = desk.ask("", "desk", "ticket.update", run, "r" + records.incrementAndGet());
                        answers.merge(asked.status(), 1, Integer::sum);
                        Answer read = desk.admin().get("/v1/agents");
                        answers.merge(read.status(), 1, Integer::sum);
                        Stream.of(asked, read)
                                .filter(answer -> answer.status() == 503)
                                .forEach(refusals::add);
                    }
                });
            }
            long end = System.nanoTime() + 10_000_000_000L;
            while (System.nanoTime() < end) {
                for (String posture : List.of("frozen", "normal")) {
                    long asked = System.nanoTime();
                    desk.contain(operator, "?tenant=" + desk.tenant(), "agent", Given.AGENT, posture, "")
                            .expect(200);
                    took.add((System.nanoTime() - asked) / 1_000_000);
                }
            }
            over.set(true);
        }
        assertThat(held).as("none was taken back").allMatch(ReservedCapacityTest::isOpen);
        letGo();
        long before = System.nanoTime();
        until(() -> desk.admin().get("/v1/agents").status() == 200);
        desk.done("ticket.update", "after").expect(200);
        System.out.printf(
                "answers while all was held: %s; stopped and released %d times, worst after %d ms; served %d ms after%n",
                answers,
                took.size() / 2,
                took.stream().mapToLong(Long::longValue).max().orElseThrow(),
                (System.nanoTime() - before) / 1_000_000);
        assertThat(answers.keySet()).contains(503).isSubsetOf(202, 423, 503);
        assertThat(refusals).allSatisfy(refused -> {
            assertThat(refused.at("/code")).isEqualTo("storage_unavailable");
            assertThat(refused.header("Retry-After")).isNotEmpty();
        });
    }

    private static boolean isOpen(Connection connection) {
        try {
            return !connection.isClosed();
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void takeAllSlots() throws Exception {
        for (Desk one : List.of(desk, neighbour)) {
            for (int n = 0; n < SLOTS; n++) {
                one.ask("ticket.update", "waits_" + n).expect(202);
            }
            until(() -> one.waiting.get() == SLOTS);
        }
    }

    private void holdAllThatIsShared() throws SQLException {
        while (!isHeld("firebreak_app")) {
            held.add(ofTenants.getConnection());
        }
        while (!isHeld("firebreak_system")) {
            held.add(ofAll.getConnection());
        }
    }

    private boolean allThatIsSharedIsHeld() {
        return isHeld("firebreak_app") && isHeld("firebreak_system");
    }

    /** By this test: what else has one gives it back. */
    private boolean isHeld(String pool) {
        double most =
                meters.get("hikaricp.connections.max").tag("pool", pool).gauge().value();
        long mine = held.stream().filter(connection -> isOf(connection, pool)).count();
        return mine == (long) most;
    }

    private static boolean isOf(Connection connection, String pool) {
        try {
            return pool.equals(connection.getClientInfo("ApplicationName"));
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void letGo() throws SQLException {
        for (Connection connection : held) {
            connection.close();
        }
        held.clear();
    }

    /** The tenant's lane with ten thousand commands in it, of a millisecond each. */
    private final class BackedUpLane implements AutoCloseable {

        private final List<CompletableFuture<?>> answers = new ArrayList<>();
        private final CountDownLatch all = new CountDownLatch(1);
        private final org.axonframework.common.Registration handler;
        private volatile boolean over;

        BackedUpLane() {
            handler = lanes.subscribe(Takes.class.getName(), command -> {
                // The first batch waits until the lane is full.
                all.await();
                if (!over) {
                    LockSupport.parkNanos(1_000_000);
                }
                return "";
            });
        }

        void isDeep() {
            TenantId tenant = new TenantId(desk.tenant());
            for (int n = 0; n < DEEP; n++) {
                answers.add(commands.send(TenantContext.of(tenant, "platform:test", null), new Takes(tenant)));
            }
            all.countDown();
        }

        long waiting() {
            return answers.stream().filter(answer -> !answer.isDone()).count();
        }

        @Override
        public void close() {
            over = true;
            answers.forEach(CompletableFuture::join);
            handler.close();
        }
    }
}
