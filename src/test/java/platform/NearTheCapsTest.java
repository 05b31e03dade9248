package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given.Customer;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Many agents ask at once for more than three layers of limits allow: the sums are exact wherever one looks. */
@PlatformTest
class NearTheCapsTest {

    private static final int AGENTS = 20;
    private static final int DRAFTS = 15;
    private static final int MAILS = 10;
    private static final int PRICE = 1_000;
    private static final int MOST_MAILS = 100;
    private static final int MOST_CALLS = 350;
    private static final int MOST_OF_AN_AGENT = 22;
    private static final String QUOTA_CLASS = "near_the_caps";
    private static final String POLICY = """
        {"document":{"rules":[{"id":"all","effect":"allow","operations":["*"]}],
         "destinations":{"allow":["*"],"recipients":{"allow":["example.com"]}},"data_classes":["internal"]}}\
        """;

    private final SandboxServer sandbox = SandboxServer.start(0);
    private final Given given;

    @Autowired
    NearTheCapsTest(Given given) {
        this.given = given;
    }

    @AfterEach
    void stop() {
        sandbox.close();
    }

    @Test
    void five_hundred_actions_of_twenty_agents_are_counted_exactly() throws Exception {
        Customer customer = customer();

        List<Answer> answers = askAll(customer);

        Map<String, Long> refused = new TreeMap<>();
        for (Answer answer : answers) {
            if (answer.status() != 202) {
                assertThat(answer.at("/state")).as(answer.body()).isEqualTo("budget_exceeded");
                assertThat(answer.header("Retry-After")).isNotEmpty();
                JsonNode cause = answer.json().path("cause");
                assertThat(cause.path("used").asLong())
                        .as(answer.body())
                        .isGreaterThan(cause.path("limit_value").asLong() - PRICE);
                refused.merge(cause.path("limit").asString(), 1L, Long::sum);
            }
        }
        long admitted =
                answers.stream().filter(answer -> answer.status() == 202).count();
        assertThat(admitted).as("refused: %s", refused).isEqualTo(MOST_CALLS);
        assertThat(refused.keySet()).contains("tool_calls_per_day");

        List<JsonNode> ledger = settled(customer);
        JsonNode done = counts();
        long mails = done.at("/effects_by_kind/mail.send").asLong();
        assertThat(mails).isLessThanOrEqualTo(MOST_MAILS);
        assertThat(done.path("effects").asLong()).isEqualTo(admitted);
        assertThat(spent(ledger, "tool_calls_per_day", "tenant")).isEqualTo(admitted);
        assertThat(spent(ledger, "high_risk_per_day", "tenant")).isEqualTo(mails);
        assertThat(spent(ledger, "cost_micros_per_day", "tenant")).isEqualTo(mails * PRICE);
        assertThat(journaled(customer, "action_queued")).isEqualTo(admitted);
        assertThat(journaled(customer, "action_succeeded")).isEqualTo(admitted);
        assertThat(journaled(customer, "action_refused")).isEqualTo(answers.size() - admitted);
        assertThat(journaled(customer, "budget_settled")).isEqualTo(admitted);
        for (JsonNode line : ledger) {
            if (line.hasNonNull("limit_value")) {
                assertThat(line.path("spent").asLong()
                                + line.path("reserved").asLong()
                                + line.path("free").asLong())
                        .as("%s", line)
                        .isEqualTo(line.path("limit_value").asLong());
                assertThat(line.path("free").asLong()).as("%s", line).isNotNegative();
            }
        }
    }

    private Customer customer() {
        TestClient operator = given.operator();
        operator.put("/v1/quota-classes/" + QUOTA_CLASS, """
            {"requests_per_second":10000,"burst":10000,"concurrent_runs":100,"tool_calls_per_day":%d,"weight":1,
             "max_parallel_actions":32,"queued_actions":10000,
             "counted":{"cost_micros_per_day":%d,"high_risk_per_day":120}}\
            """.formatted(MOST_CALLS, MOST_MAILS * PRICE));
        Customer customer = given.customer("tenant_near_the_caps", QUOTA_CLASS);
        customer.admin().put("/v1/policies/" + Given.PROFILE, POLICY).expect(201);
        for (String connector : List.of("zendesk", "mail")) {
            operator.put(
                            "/v1/connectors/" + connector + "?tenant=" + customer.tenant(),
                            DemoData.connector(connector, URI.create(sandbox.url())))
                    .expect(201);
        }
        return customer;
    }

    private List<Answer> askAll(Customer customer) throws Exception {
        List<Callable<Answer>> asking = new ArrayList<>();
        for (int n = 0; n < AGENTS; n++) {
            String agent = "agent_" + n;
            given.agent(customer.admin(), agent, QUOTA_CLASS);
            customer.admin()
                    .put(
                            "/v1/quotas/agents/" + agent + "/overrides/tool_calls_per_day",
                            "{\"value\":%d}".formatted(MOST_OF_AN_AGENT))
                    .expect(200);
            TestClient client = given.agentKey(customer.admin(), agent);
            for (int i = 0; i < DRAFTS; i++) {
                String draft = envelope(
                        customer,
                        agent,
                        "ticket.draft_reply",
                        "zendesk",
                        "\"record_id\":\"zd_" + i + "\"",
                        """
                    {"text":"Dear %s %d"}""".formatted(agent, i));
                asking.add(() -> client.post("/v1/actions", draft));
            }
            for (int i = 0; i < MAILS; i++) {
                String mail = envelope(customer, agent, "mail.send", "mail", null, """
                    {"to":["buyer@example.com"],"subject":"%s %d","text":"Thank you."}""".formatted(agent, i));
                asking.add(() -> client.post("/v1/actions", mail));
            }
        }
        long seed = System.nanoTime();
        System.out.println("near the caps: seed " + seed);
        Collections.shuffle(asking, new Random(seed));
        List<Answer> answers = new ArrayList<>();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Answer> answer : callers.invokeAll(asking)) {
                answers.add(answer.get());
            }
        }
        return answers;
    }

    private static String envelope(
            Customer customer,
            String agent,
            String operation,
            String system,
            @Nullable String target,
            String arguments) {
        return """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_%s","policy_profile":"%s",
             "quota_class":"%s","requested_action":"%s","target":{"system":"%s"%s},"arguments":%s,
             "data_classes":["internal"]}\
            """.formatted(
                        customer.tenant(),
                        Given.WORKSPACE,
                        agent,
                        agent,
                        Given.PROFILE,
                        QUOTA_CLASS,
                        operation,
                        system,
                        target == null ? "" : "," + target,
                        arguments);
    }

    /** The ledger once nothing is reserved any more. */
    private static List<JsonNode> settled(Customer customer) throws InterruptedException {
        Instant until = Instant.now().plus(Duration.ofSeconds(60));
        while (true) {
            List<JsonNode> lines = new ArrayList<>();
            customer.analyst()
                    .get("/v1/usage")
                    .expect(200)
                    .json()
                    .path("limits")
                    .forEach(lines::add);
            boolean open = lines.stream()
                    .filter(line -> !line.path("limit").asString().equals("concurrent_runs"))
                    .anyMatch(line -> line.path("reserved").asLong() > 0);
            if (!open) {
                return lines;
            }
            assertThat(Instant.now()).as("%s", lines).isBefore(until);
            Thread.sleep(100);
        }
    }

    private static long spent(List<JsonNode> ledger, String limit, String scope) {
        return ledger.stream()
                .filter(line -> line.path("limit").asString().equals(limit)
                        && line.path("scope").asString().equals(scope))
                .findFirst()
                .orElseThrow()
                .path("spent")
                .asLong();
    }

    private JsonNode counts() {
        try (var target = new DemoApi(URI.create(sandbox.url()), JsonMapper.shared())) {
            return target.get("", "/counts").body();
        }
    }

    private static long journaled(Customer customer, String type) {
        long found = 0;
        String cursor = "";
        do {
            JsonNode page = customer.auditor()
                    .get("/v1/journal?limit=200&type=" + type + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
                    .expect(200)
                    .json();
            found += page.path("items").size();
            cursor = page.path("next_cursor").asString("");
        } while (!cursor.isEmpty());
        return found;
    }
}
