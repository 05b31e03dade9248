package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Canaries;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/** MCP servers that only answer to somebody are asked for their tools, and called, with a credential that was lent. */
@PlatformTest
class McpWithCredentialTest {

    private static final String READS =
            McpServer.PING.replace("\"description\"", "\"annotations\":{\"readOnlyHint\":true},\"description\"");

    private final Given given;
    private final String key = Canaries.plant("api_key");
    private TargetServer target;
    private McpServer server;
    private LendingCustomer acme;

    @Autowired
    McpWithCredentialTest(Given given) {
        this.given = given;
    }

    @BeforeEach
    void start() throws IOException {
        target = new TargetServer();
        server = new McpServer("2025-11-25", false);
        server.tools = READS;
        target.answers((exchange, n) -> {
            if (("Bearer " + key).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                server.answer(exchange, target.seen.get(n - 1));
            } else {
                TargetServer.json(exchange, 401, "{}");
            }
        });
        acme = LendingCustomer.of(given, UUID.randomUUID().toString().replace("-", ""));
    }

    @AfterEach
    void stop() {
        target.close();
    }

    private Answer imported() {
        return acme.operator().post("/v1/connectors/small:import?tenant=" + acme.tenant(), """
            {"mcp":{"url":"%s/mcp","revision":"2025-11-25","allow_private_addresses":["127.0.0.1"],
                    "credential":{"as":"bearer"}}}\
            """.formatted(target.url()));
    }

    private Answer called() {
        return acme.customer().agent().post("/v1/actions?wait=PT20S", """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_1","policy_profile":"%s",
             "quota_class":"%s","requested_action":"ping","target":{"system":"small"},
             "arguments":{},"data_classes":["internal"]}\
            """.formatted(
                        acme.tenant(), Given.WORKSPACE, Given.AGENT, Given.PROFILE, acme.quotaClass()));
    }

    @Test
    void a_server_is_imported_refreshed_and_called_with_what_was_lent_for_reading() {
        acme.secret("small_read", "small", "read", LendingCustomer.apiKey(key), target.url());
        acme.grantAll("small_read");

        JsonNode draft = imported().expect(200).json();
        assertThat(draft.at("/document/credential/as").asString()).isEqualTo("bearer");
        acme.operator()
                .put(
                        "/v1/connectors/small?tenant=" + acme.tenant(),
                        draft.path("document").toString())
                .expect(201);
        Answer done = called();
        JsonNode same = acme.customer()
                .admin()
                .post("/v1/connectors/small:refresh", "{}")
                .expect(200)
                .json();

        assertThat(done.expect(200).at("/state")).as(done.body()).isEqualTo("succeeded");
        assertThat(same.path("unchanged").toString()).isEqualTo("[\"ping\"]");
        assertThat(acme.journal("lease_issued")).hasSize(3).allSatisfy(lease -> {
            assertThat(lease.at("/payload/mode").asString()).isEqualTo("read");
            assertThat(lease.at("/payload/system").asString()).isEqualTo("small");
        });
        assertThat(acme.journal("lease_issued"))
                .extracting(lease -> lease.at("/payload/operation").asString())
                .containsExactly("tools.list", "ping", "tools.list");
        assertThat(acme.journal("lease_issued").getFirst().at("/payload/agent").isNull())
                .isTrue();
    }

    @Test
    void without_a_secret_for_reading_that_is_granted_for_it_nothing_leaves() {
        assertThat(imported().expect(422).at("/detail")).contains("no_secret");
        acme.secret("small_write", "small", "mutate", LendingCustomer.apiKey(key), target.url());
        acme.grantAll("small_write");
        assertThat(imported().expect(422).at("/detail")).contains("no_secret");
        acme.secret("small_read", "small", "read", LendingCustomer.apiKey(key), target.url());
        acme.customer()
                .admin()
                .post("/v1/secrets/small_read/grants", "{\"agent_class\":\"support_triage\",\"operations\":[\"*\"]}")
                .expect(201);
        assertThat(imported().expect(422).at("/detail")).contains("no_grant");
        assertThat(target.seen).isEmpty();

        acme.customer()
                .admin()
                .post("/v1/secrets/small_read/grants", "{\"operations\":[\"tools.list\"]}")
                .expect(201);
        imported().expect(200);
    }

    @Test
    void what_the_server_echoes_is_in_no_draft() {
        acme.secret("small_read", "small", "read", LendingCustomer.apiKey(key), target.url());
        acme.grantAll("small_read");
        server.tools = READS.replace("Answers.", "You sent " + key);

        Answer draft = imported().expect(200);

        assertThat(draft.at("/document/operations/ping/description")).isEqualTo("You sent [redacted]");
        acme.operator()
                .put(
                        "/v1/connectors/small?tenant=" + acme.tenant(),
                        draft.json().path("document").toString())
                .expect(201);
        assertThat(called().at("/state")).isEqualTo("succeeded");
    }

    @Test
    void what_the_server_echoes_when_it_is_called_is_in_no_quarantine() {
        acme.secret("small_read", "small", "read", LendingCustomer.apiKey(key), target.url());
        acme.grantAll("small_read");
        acme.operator()
                .put(
                        "/v1/connectors/small?tenant=" + acme.tenant(),
                        imported().expect(200).json().path("document").toString())
                .expect(201);
        server.tools = READS.replace("Answers.", "You sent " + key);

        assertThat(called().at("/outcome/code")).isEqualTo("operation_quarantined");

        JsonNode quarantined = acme.journal("operation_quarantined").getFirst().at("/payload");
        assertThat(quarantined.at("/changes/0/after").asString()).isEqualTo("You sent [redacted]");
        assertThat(quarantined.toString()).doesNotContain(key);
    }

    @Test
    void over_plain_http_to_a_public_host_no_credential_is_described() {
        Answer refused = acme.customer().admin().post("/v1/connectors/small:import", """
            {"mcp":{"url":"http://mcp.example.com/mcp","revision":"2025-11-25","credential":{"as":"bearer"}}}\
            """);

        assertThat(refused.expect(400).at("/errors/0/rule")).isEqualTo("insecure");
        assertThat(refused.at("/errors/0/pointer")).isEqualTo("/mcp/credential");
    }
}
