package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Canaries;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * A credential is taken back while a hundred calls wait for their answers and more are on their way. The target tells by
 * its own clock what arrived, and the journal by its sequence what was lent.
 */
@PlatformTest
class RevokedUnderLoadTest {

    private static final int RUNNING = 100;
    private static final int OTHERS_RUNNING = 20;
    private static final int HURRIED = 3;
    private static final int LONGEST_LEAD_MS = 300;

    private final Given given;
    private final Supplier<UUID> ids;
    private final TargetServer target = new TargetServer();
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final AtomicInteger held = new AtomicInteger();
    /** When what was sent with which credential arrived. */
    private final ConcurrentLinkedQueue<Arrival> arrivals = new ConcurrentLinkedQueue<>();

    private record Arrival(String credential, String path, long at) {}

    @Autowired
    RevokedUnderLoadTest(Given given, Supplier<UUID> ids) throws IOException {
        this.given = given;
        this.ids = ids;
        target.answers(this::answer);
    }

    @AfterEach
    void close() {
        mayAnswer.countDown();
        target.close();
    }

    private void answer(HttpExchange exchange, int number) throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getPath();
        arrivals.add(new Arrival(
                String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")), path, System.nanoTime()));
        if (path.contains("held")) {
            held.incrementAndGet();
            mayAnswer.await();
        }
        TargetServer.json(exchange, 200, "{}");
    }

    @Test
    void a_secret_revoked_under_a_hundred_writes_is_not_used_again() throws Exception {
        Load load = new Load("{\"scope\":\"secret\",\"key\":\"desk_write\",\"reason\":\"leaked\"}", RUNNING, 0);
        load.run();

        String next = Canaries.plant("api_key");
        load.acme
                .customer()
                .admin()
                .post("/v1/secrets/desk_write/versions", "{\"value\":%s}".formatted(LendingCustomer.apiKey(next)))
                .expect(201);
        assertThat(load.acme.done("ticket.update", "desk", "zd_after").at("/state"))
                .isEqualTo("succeeded");
        assertThat(target.seen.getLast().headers().getFirst("Authorization")).isEqualTo("Bearer " + next);
        List<String> lent = new ArrayList<>();
        boolean added = false;
        for (JsonNode entry : load.afterTheFence()) {
            added |= entry.at("/type").asString().equals("secret_version_added");
            if (entry.at("/type").asString().equals("lease_issued")
                    && entry.at("/payload/secret").asString().equals("desk_write")) {
                assertThat(added).as("lent after the new version only").isTrue();
                lent.add(entry.at("/payload/version").asString());
            }
        }
        assertThat(lent).containsExactly("2");
    }

    @Test
    void a_connector_revoked_under_reads_and_writes_is_not_called_again() throws Exception {
        Load load =
                new Load("{\"scope\":\"connector\",\"key\":\"desk\",\"reason\":\"leaked\"}", RUNNING / 2, RUNNING / 2);
        load.run();

        assertThat(load.afterTheFence())
                .noneMatch(entry -> entry.at("/type").asString().equals("lease_issued"));
        Answer refused = load.acme.done("ticket.read", "desk", "zd_after");
        assertThat(refused.at("/outcome/code")).isEqualTo("secret_revoked");
    }

    /** Two tenants whose calls wait and go on, and a revocation that concerns one of them. */
    private final class Load {

        private final long seed = new Random().nextLong();
        private final Random random = new Random(seed);
        private final LendingCustomer acme = LendingCustomer.of(given, name());
        private final LendingCustomer other = LendingCustomer.of(given, name());
        private final String write = Canaries.plant("api_key");
        private final String read = Canaries.plant("api_key");
        private final String others = Canaries.plant("api_key");
        private final String revocation;
        private final int writing;
        private final int reading;
        private JsonNode report = MissingNode.getInstance();

        /** @param writing how many writes wait when it is revoked; and reads */
        Load(String revocation, int writing, int reading) {
            this.revocation = revocation;
            this.writing = writing;
            this.reading = reading;
            for (LendingCustomer customer : List.of(acme, other)) {
                customer.connector("desk", target.url(), "{\"as\":\"bearer\"}");
                customer.secret(
                        "desk_write", "desk", "mutate", LendingCustomer.apiKey(customer == acme ? write : others));
                customer.grantAll("desk_write");
            }
            acme.secret("desk_read", "desk", "read", LendingCustomer.apiKey(read));
            acme.grantAll("desk_read");
        }

        void run() throws Exception {
            Map<String, String> waiting = new TreeMap<>();
            for (int n = 0; n < writing + reading; n++) {
                boolean writes = n < writing;
                String action = acme.ask(writes ? "ticket.update" : "ticket.read", "desk", "held_" + n)
                        .expect(202)
                        .at("/action_id");
                waiting.put(action, writes ? "unknown" : "cancelled");
            }
            List<String> othersWaiting = new ArrayList<>();
            for (int n = 0; n < OTHERS_RUNNING; n++) {
                othersWaiting.add(other.ask("ticket.update", "desk", "held_other_" + n)
                        .expect(202)
                        .at("/action_id"));
            }
            until(() -> held.get() == writing + reading + OTHERS_RUNNING);

            List<Answer> hurried;
            List<Answer> othersHurried;
            long answered;
            long took;
            var over = new AtomicBoolean();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<List<Answer>> others = threads.submit(() -> hurry(other, over));
                List<Future<List<Answer>>> own = new ArrayList<>();
                for (int n = 0; n < HURRIED; n++) {
                    own.add(threads.submit(() -> hurry(acme, over)));
                }
                try {
                    Thread.sleep(random.nextInt(LONGEST_LEAD_MS));
                    long asked = System.nanoTime();
                    report = acme.operator()
                            .post("/v1/secrets:revoke?tenant=" + acme.tenant(), revocation)
                            .expect(200)
                            .json();
                    answered = System.nanoTime();
                    took = (answered - asked) / 1_000_000;
                    // Those that hurry go on, in vain.
                    Thread.sleep(LONGEST_LEAD_MS);
                } finally {
                    over.set(true);
                }
                hurried = new ArrayList<>();
                for (Future<List<Answer>> one : own) {
                    hurried.addAll(one.get());
                }
                othersHurried = others.get();
            }
            mayAnswer.countDown();

            complete(waiting);
            nothingArrivedAfter(answered);
            journaled();
            assertThat(hurried)
                    .as("seed %d", seed)
                    .extracting(answer -> answer.at("/state") + " " + answer.at("/outcome/code"))
                    .contains("failed secret_revoked");
            for (String action : othersWaiting) {
                until(() -> !other.action(action).at("/state").equals("running"));
                assertThat(other.action(action).at("/state"))
                        .as("seed %d", seed)
                        .isEqualTo("succeeded");
            }
            assertThat(othersHurried)
                    .as("seed %d", seed)
                    .isNotEmpty()
                    .allSatisfy(answer -> assertThat(answer.at("/state")).isEqualTo("succeeded"));
            assertThat(other.journal("revocation_confirmed")).isEmpty();
            System.out.printf(
                    "seed %d: revoked in %d ms; %d calls waited, %d went on; reported %s; %d of another tenant waited and %d went on%n",
                    seed, took, waiting.size(), hurried.size(), fates(), othersWaiting.size(), othersHurried.size());
        }

        /** Each use that ran is told of once, with a fate that fits what the action became. */
        private void complete(Map<String, String> waiting) throws Exception {
            Map<String, String> told = new TreeMap<>();
            Set<String> leases = new HashSet<>();
            for (JsonNode use : report.at("/uses")) {
                String action = use.at("/action_id").asString();
                assertThat(told.put(action, use.at("/fate").asString()))
                        .as("seed %d: %s is told of once", seed, action)
                        .isNull();
                leases.add(use.at("/lease_id").asString());
            }
            assertThat(told).as("seed %d", seed).containsAllEntriesOf(waiting);
            assertThat(told.values()).as("seed %d", seed).isSubsetOf("cancelled", "unknown", "completed_before");
            for (Map.Entry<String, String> one : waiting.entrySet()) {
                until(() -> !acme.action(one.getKey()).at("/state").equals("running"));
                Answer ended = acme.action(one.getKey());
                assertThat(ended.at("/state"))
                        .as("seed %d", seed)
                        .isEqualTo(one.getValue().equals("unknown") ? "outcome_unknown" : "failed");
                assertThat(ended.at("/outcome/code")).as("seed %d", seed).isEqualTo("credential_revoked");
                assertThat(leases).contains(ended.at("/attempts/0/lease"));
            }
            until(() -> cancelled().size() >= waiting.size());
            assertThat(leases).as("seed %d: none was cut off untold", seed).containsAll(cancelled());
        }

        /** The leases of which the journal says that a use was cut off. */
        private List<String> cancelled() {
            return acme.journal("leases_ended").stream()
                    .flatMap(entry -> entry.at("/payload/ends").valueStream())
                    .filter(end -> end.at("/outcome").asString().equals("cancelled"))
                    .map(end -> end.at("/lease").asString())
                    .toList();
        }

        private void nothingArrivedAfter(long answered) {
            List<String> covered = revocation.contains("connector") ? List.of(write, read) : List.of(write);
            assertThat(arrivals)
                    .as("seed %d: arrived after the answer", seed)
                    .noneMatch(arrival -> arrival.at() > answered
                            && covered.stream()
                                    .anyMatch(value -> arrival.credential().contains(value)));
            assertThat(arrivals)
                    .as("seed %d: another tenant's", seed)
                    .anyMatch(arrival ->
                            arrival.at() > answered && arrival.credential().contains(others));
        }

        private void journaled() {
            long fence = report.at("/journal_sequence").asLong();
            assertThat(acme.journal("credentials_revoked"))
                    .singleElement()
                    .satisfies(
                            entry -> assertThat(entry.at("/sequence").asLong()).isEqualTo(fence));
            assertThat(acme.journal("revocation_confirmed"))
                    .flatExtracting(entry -> entry.at("/payload/fates").findValuesAsString("lease_id"))
                    .as("seed %d", seed)
                    .containsExactlyInAnyOrderElementsOf(report.at("/uses").findValuesAsString("lease_id"));
            assertThat(afterTheFence())
                    .as("seed %d", seed)
                    .noneMatch(entry -> entry.at("/type").asString().equals("lease_issued")
                            && entry.at("/payload/secret").asString().equals("desk_write"));
        }

        List<JsonNode> afterTheFence() {
            long fence = report.at("/journal_sequence").asLong();
            return acme.journal().stream()
                    .filter(entry -> entry.at("/sequence").asLong() > fence)
                    .toList();
        }

        private Map<String, Integer> fates() {
            Map<String, Integer> fates = new TreeMap<>();
            report.at("/uses").findValuesAsString("fate").forEach(fate -> fates.merge(fate, 1, Integer::sum));
            return fates;
        }

        /** One call after the other, until it is over. */
        private List<Answer> hurry(LendingCustomer customer, AtomicBoolean over) {
            List<Answer> answers = new ArrayList<>();
            while (!over.get()) {
                answers.add(customer.done(
                        "ticket.update", "desk", "quick_" + ids.get().toString()));
            }
            return answers;
        }
    }

    private String name() {
        return ids.get().toString().replace("-", "");
    }

    private static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("it happens within 20 s").isLessThan(deadline);
            Thread.sleep(20);
        }
    }
}
