package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;

/** Trial R19: a tenant's tool is fully down, in every way at once, while others work; and then it heals. */
@PlatformTest
class DeadToolTrialTest {

    private static final int ACTIONS = 60;
    private static final List<DyingTool.Way> EVERY_WAY =
            List.of(DyingTool.Way.FAILING, DyingTool.Way.RESETTING, DyingTool.Way.SILENT, DyingTool.Way.TRICKLING);

    private final Given given;
    private final AtomicInteger asked = new AtomicInteger();

    @Autowired
    DeadToolTrialTest(Given given) {
        this.given = given;
    }

    private LendingCustomer customer(String system, String url) {
        var customer = LendingCustomer.of(given, UUID.randomUUID().toString().replace("-", ""));
        connector(customer, system, url);
        return customer;
    }

    private void connector(LendingCustomer customer, String system, String url) {
        given.operator()
                .put("/v1/connectors/" + system + "?tenant=" + customer.tenant(), """
            {"base_url":"%s","allow_private_addresses":["127.0.0.1"],"read_timeout":"PT0.3S","connect_timeout":"PT1S",
             "bulkhead":8,
             "circuit_breaker":{"window":10,"minimum_calls":10,"open_for":"PT1S","trial_calls":1},
             "operations":{
               "write":{"method":"POST","path":"/w","effect":"write","idempotency_header":"Idempotency-Key",
                        "argument_schema":{"type":"object","properties":{"n":{"type":"integer"}}}},
               "look":{"method":"GET","path":"/r","effect":"read","max_attempts":4,"backoff":"PT0.01S",
                       "query":{"n":"arguments.n"},
                       "argument_schema":{"type":"object","properties":{"n":{"type":"integer"}}}}}}\
            """.formatted(url))
                .expect(201);
    }

    private Answer act(LendingCustomer by, String system, String operation) {
        return by.customer().agent().post("/v1/actions?wait=PT20S", """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_r19","policy_profile":"%s",
             "quota_class":"%s","requested_action":"%s","target":{"system":"%s"},"arguments":{"n":%d},
             "data_classes":["internal"]}\
            """.formatted(
                        by.tenant(),
                        Given.WORKSPACE,
                        Given.AGENT,
                        Given.PROFILE,
                        by.quotaClass(),
                        operation,
                        system,
                        asked.incrementAndGet()));
    }

    /** In their final states, however many of each there are. */
    private List<String> states(LendingCustomer by, String system, String operation) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<String>> all = new ArrayList<>();
            for (int i = 0; i < ACTIONS; i++) {
                all.add(() -> act(by, system, operation).expect(200).at("/state"));
            }
            List<String> states = new ArrayList<>();
            for (var state : threads.invokeAll(all)) {
                states.add(state.get());
            }
            return states;
        }
    }

    private String circuit(LendingCustomer of, String system) {
        return of.customer()
                .admin()
                .get("/v1/connectors/" + system + "/health")
                .expect(200)
                .at("/state");
    }

    @Test
    void one_tenants_dead_tool_costs_the_others_nothing_and_is_not_made_worse_by_us() throws Exception {
        try (var dead = new DyingTool();
                var well = new DyingTool();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            dead.ways = EVERY_WAY;
            LendingCustomer acme = customer("dead", dead.url());
            connector(acme, "well", well.url());
            LendingCustomer globex = customer("well", well.url());
            connector(globex, "dead", dead.url());

            var writes = threads.submit(() -> states(acme, "dead", "write"));
            var looks = threads.submit(() -> states(acme, "dead", "look"));
            List<String> others = states(globex, "well", "write");
            List<String> own = states(acme, "well", "write");

            assertThat(others).hasSize(ACTIONS).containsOnly("succeeded");
            assertThat(own).hasSize(ACTIONS).containsOnly("succeeded");
            assertThat(writes.get()).hasSize(ACTIONS).containsAnyOf("outcome_unknown", "failed");
            assertThat(writes.get()).doesNotContain("succeeded");
            assertThat(looks.get()).containsOnly("failed");
            assertThat(well.seen.stream().map(DyingTool.Seen::key).collect(Collectors.toSet()))
                    .hasSize(well.seen.size())
                    .hasSize(2 * ACTIONS);

            List<String> keys = dead.seen.stream()
                    .filter(one -> one.method().equals("POST"))
                    .map(DyingTool.Seen::key)
                    .toList();
            assertThat(keys).doesNotHaveDuplicates();
            long tries = dead.seen.size() - keys.size();
            long lookedAt = dead.seen.stream()
                    .filter(one -> one.method().equals("GET"))
                    .map(DyingTool.Seen::path)
                    .distinct()
                    .count();
            // A tenth of the tenant's calls of ten seconds, to whichever tool.
            assertThat(tries - lookedAt).isLessThanOrEqualTo(3 * ACTIONS / 10);
            assertThat(circuit(globex, "dead")).isEqualTo("closed");
            assertThat(circuit(acme, "well")).isEqualTo("closed");

            dead.ways = List.of(DyingTool.Way.WELL);
            heals(acme);
            assertThat(states(acme, "dead", "write")).containsOnly("succeeded");
        }
    }

    private void heals(LendingCustomer of) throws InterruptedException {
        for (int tries = 0; tries < 200; tries++) {
            act(of, "dead", "look");
            if (circuit(of, "dead").equals("closed")) {
                return;
            }
            Thread.sleep(50);
        }
        fail("the tool is not called again although it is back");
    }
}
