package execution.authzen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.Given.Customer;
import platform.PlatformTest;
import platform.TestClient;
import platform.TestClient.Answer;

/** AuthZEN searches find what evaluations permit, and nothing else. */
@PlatformTest
class SearchOverHttpTest {

    private static final List<String> SYSTEMS = List.of("crm", "system", "zendesk");
    private static final List<String> OPERATIONS = List.of("ticket.burn", "ticket.keep", "ticket.read", "ticket.send");
    private static final List<String> AGENTS = List.of("a_first", "b_untrusted", Given.AGENT, "z_retired");
    private static final String POLICY = """
        {"document":{"rules":[{"id":"tickets","effect":"allow","operations":["ticket.*"],"trust_zones":["internal"]},
          {"id":"no-burning","effect":"deny","operations":["ticket.burn"]},
          {"id":"not-there","effect":"deny","operations":["ticket.keep"],"systems":["crm"]},
          {"id":"people","effect":"require_approval","operations":["ticket.send"],"approval":{"roles":["approver"]}}],
         "destinations":{"allow":["*"]},"data_classes":["internal"]}}\
        """;

    private final Given given;
    private final Customer customer;

    @Autowired
    SearchOverHttpTest(Given given) {
        this.given = given;
        this.customer = given.customer();
    }

    @BeforeEach
    void describe() {
        for (String system : SYSTEMS) {
            List<String> described = new ArrayList<>();
            OPERATIONS.forEach(operation -> described.add("""
                "%s":{"method":"POST","path":"/t","effect":"write","argument_schema":{"type":"object"},
                 "target_schema":{"type":"object","properties":{"record_id":{"type":"string"}}}}\
                """.formatted(operation)));
            given.operator()
                    .put("/v1/connectors/" + system + "?tenant=" + customer.tenant(), """
                    {"base_url":"http://127.0.0.1:9/","allow_private_addresses":["127.0.0.1"],"operations":{%s}}\
                    """.formatted(
                                    String.join(",", described)))
                    .expect(201);
        }
        customer.admin().put("/v1/policies/" + Given.PROFILE, POLICY).expect(201);
        for (String agent : AGENTS) {
            if (!agent.equals(Given.AGENT)) {
                given.agent(customer.admin(), agent, Given.QUOTA_CLASS);
            }
        }
        customer.admin()
                .patch("/v1/agents/b_untrusted", "{\"trust_zone\":\"untrusted\"}")
                .expect(200);
        customer.admin().patch("/v1/agents/z_retired", "{\"active\":false}").expect(200);
        // Candidates are read from rows, which come a moment after the events.
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (customer.admin().get("/v1/agents").json().path("items").size() < AGENTS.size()
                || customer.admin().get("/v1/connectors").json().path("items").size() < SYSTEMS.size()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    @Test
    void finds_exactly_what_evaluations_permit() {
        for (String operation : OPERATIONS) {
            for (String system : SYSTEMS) {
                assertThat(found(customer.auditor(), "subject", "id", request("?", operation, system, system)))
                        .isEqualTo(permitted(AGENTS, agent -> request(agent, operation, system, system)));
            }
            for (String agent : AGENTS) {
                assertThat(found(customer.auditor(), "resource", "id", request(agent, operation, "system", "?")))
                        .isEqualTo(permitted(SYSTEMS, system -> request(agent, operation, "system", system)))
                        .isEqualTo(permitted(SYSTEMS, system -> request(agent, operation, system, system)));
            }
        }
        for (String agent : AGENTS) {
            for (String system : SYSTEMS) {
                assertThat(found(customer.auditor(), "action", "name", request(agent, "?", system, "zd_1")))
                        .isEqualTo(permitted(OPERATIONS, operation -> request(agent, operation, system, "zd_1")));
            }
        }
        assertThat(found(customer.auditor(), "action", "name", request(Given.AGENT, "?", "zendesk", "zd_1")))
                .containsExactly("ticket.keep", "ticket.read");
        assertThat(found(customer.auditor(), "resource", "id", request("a_first", "ticket.keep", "system", "?")))
                .containsExactly("system", "zendesk");
        assertThat(found(customer.auditor(), "subject", "id", request("?", "ticket.read", "zendesk", "zd_1")))
                .contains("a_first", Given.AGENT)
                .doesNotContain("b_untrusted", "z_retired");
    }

    @Test
    void pages_hold_all_of_it_once_and_a_token_goes_on_with_its_own_search_only() {
        String asked = request(Given.AGENT, "?", "zendesk", "zd_1");
        var first = customer.admin()
                .post("/access/v1/search/action", paged(asked, "\"limit\":1"))
                .expect(200);
        assertThat(first.at("/results/0/name")).isEqualTo("ticket.keep");
        assertThat(first.at("/page/count")).isEqualTo("1");
        String token = first.at("/page/next_token");
        assertThat(token).isNotEmpty();
        var second = customer.admin()
                .post("/access/v1/search/action", paged(asked, "\"limit\":1,\"token\":\"" + token + "\""))
                .expect(200);
        assertThat(second.at("/results/0/name")).isEqualTo("ticket.read");
        assertThat(second.json().at("/page/next_token").asString()).isEmpty();

        customer.admin()
                .post("/access/v1/search/action", paged(asked, "\"limit\":2,\"token\":\"" + token + "\""))
                .expect(400);
        customer.admin()
                .post("/access/v1/search/resource", paged(asked, "\"limit\":1,\"token\":\"" + token + "\""))
                .expect(400);
        for (String page :
                List.of("\"limit\":0", "\"limit\":101", "\"limit\":\"1\"", "\"token\":7", "\"token\":\"%\"")) {
            customer.admin()
                    .post("/access/v1/search/action", paged(asked, page))
                    .expect(400);
        }
    }

    /** A page ends after 1,000 candidates even if none of them may: its token goes on behind them. */
    @Test
    void a_page_looks_at_so_many_candidates_and_no_more() throws Exception {
        int many = 1_050;
        List<Callable<Answer>> registering = new ArrayList<>();
        for (int n = 0; n < many; n++) {
            String agent = "m_%04d".formatted(n);
            registering.add(() -> customer.admin()
                    .post("/v1/agents", """
                {"agent_id":"%s","workspace_id":"%s","agent_class":"support","trust_zone":"untrusted","policy_profile":"%s",
                 "quota_class":"%s"}\
                """.formatted(agent, Given.WORKSPACE, Given.PROFILE, Given.QUOTA_CLASS)));
        }
        try (var callers = Executors.newFixedThreadPool(8)) {
            for (Future<Answer> registered : callers.invokeAll(registering)) {
                registered.get().expect(201);
            }
        }
        String asked = request("?", "ticket.read", "zendesk", "zd_1");
        // Candidates are read from rows, which come a moment after the events.
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (customer.admin()
                .post("/access/v1/search/subject", paged(asked, "\"limit\":100"))
                .at("/page/next_token")
                .isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        String found = "";
        String token = "";
        int pages = 0;
        do {
            Answer page = customer.admin()
                    .post("/access/v1/search/subject", paged(asked, "\"limit\":100,\"token\":\"" + token + "\""))
                    .expect(200);
            found += page.json().path("results");
            token = page.at("/page/next_token");
            pages++;
        } while (!token.isEmpty());

        assertThat(pages).isEqualTo(2);
        assertThat(found).contains("a_first", Given.AGENT).doesNotContain("m_", "b_untrusted");
    }

    @Test
    void an_agent_searches_for_itself_only_and_nobody_in_another_tenant() {
        assertThat(found(customer.agent(), "subject", "id", request("?", "ticket.read", "zendesk", "zd_1")))
                .containsExactly(Given.AGENT);
        assertThat(found(customer.agent(), "action", "name", request(Given.AGENT, "?", "zendesk", "zd_1")))
                .containsExactly("ticket.keep", "ticket.read");
        customer.agent()
                .post("/access/v1/search/action", request("a_first", "?", "zendesk", "zd_1"))
                .expect(403);
        customer.agent()
                .post("/access/v1/search/resource", request("a_first", "ticket.read", "system", "?"))
                .expect(403);

        Customer other = given.customer();
        assertThat(found(other.admin(), "subject", "id", request("?", "ticket.read", "zendesk", "zd_1")))
                .isEmpty();
        assertThat(found(other.admin(), "action", "name", request("a_first", "?", "zendesk", "zd_1")))
                .isEmpty();
        assertThat(found(other.admin(), "resource", "id", request("a_first", "ticket.read", "system", "?")))
                .isEmpty();
        customer.analyst()
                .post("/access/v1/search/action", request(Given.AGENT, "?", "zendesk", "zd_1"))
                .expect(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "{\"subject\":{\"type\":\"user\"},\"action\":{\"name\":\"a\"},"
                        + "\"resource\":{\"type\":\"zendesk\",\"id\":\"x\"}}",
                "{\"subject\":{\"type\":\"agent\",\"id\":\"a\"},\"action\":{\"name\":\"a\"},\"resource\":[]}"
            })
    void what_is_malformed_is_400(String body) {
        for (String kind : List.of("subject", "action", "resource")) {
            customer.admin().post("/access/v1/search/" + kind, body).expect(400);
        }
    }

    @Test
    void clients_are_told_where() {
        var told = customer.agent().get("/.well-known/authzen-configuration").expect(200);
        assertThat(told.at("/search_subject_endpoint")).endsWith("/access/v1/search/subject");
        assertThat(told.at("/search_resource_endpoint")).endsWith("/access/v1/search/resource");
        assertThat(told.at("/search_action_endpoint")).endsWith("/access/v1/search/action");
    }

    private interface Asked {
        String of(String candidate);
    }

    /** By hand: one evaluation for each candidate. */
    private List<String> permitted(List<String> candidates, Asked asked) {
        return candidates.stream()
                .filter(candidate -> customer.auditor()
                        .post("/access/v1/evaluation", asked.of(candidate))
                        .expect(200)
                        .at("/decision")
                        .equals("true"))
                .toList();
    }

    private static List<String> found(TestClient client, String kind, String key, String request) {
        return client.post("/access/v1/search/" + kind, request)
                .expect(200)
                .json()
                .path("results")
                .valueStream()
                .map(one -> one.path(key).asString())
                .toList();
    }

    private static String request(String agent, String operation, String type, String id) {
        return """
            {"subject":{"type":"agent","id":"%s"},"action":{"name":"%s"},"resource":{"type":"%s","id":"%s"},
             "context":{"data_classes":["internal"]}}\
            """.formatted(agent, operation, type, id);
    }

    private static String paged(String request, String page) {
        return request.substring(0, request.length() - 1) + ",\"page\":{" + page + "}}";
    }
}
