package execution.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A real MCP server becomes a connector, and its tools are called under policy. */
@PlatformTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class McpOverHttpTest {

    private static final String POLICY = """
        {"document":{"rules":[{"id":"reads","effect":"allow","operations":["echo","get_sum","get_structured_content"],
          "words":"Some tools may be called."}],
          "destinations":{"allow":["*"],"recipients":{"allow":["*"]}},"data_classes":["internal"],"models":[]},
         "comment":"For a test."}\
        """;

    private final Given given;
    private @Nullable EverythingServer server;
    private String url = "";
    private Given.Customer customer;

    @Autowired
    McpOverHttpTest(Given given) {
        this.given = given;
    }

    @BeforeAll
    void start() throws IOException, InterruptedException {
        Optional<String> missing = EverythingServer.missing();
        assumeTrue(missing.isEmpty(), () -> "The MCP reference server is not here: " + missing.orElse(""));
        server = EverythingServer.start();
        url = server.url();
        customer = given.customer();
        given.operator()
                .put("/v1/policies/" + Given.PROFILE + "?tenant=" + customer.tenant(), POLICY)
                .expect(201);
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private String wanted(String near) {
        return "{\"mcp\":{\"url\":\"%s\",\"revision\":\"2025-11-25\"%s}}".formatted(url, near);
    }

    private ObjectNode drafted() {
        Answer draft = given.operator()
                .post(
                        "/v1/connectors/everything:import?tenant=" + customer.tenant(),
                        wanted(",\"allow_private_addresses\":[\"127.0.0.1\"]"))
                .expect(200);
        return (ObjectNode) draft.json();
    }

    @Test
    void its_tools_are_drafted_and_called_under_policy() {
        ObjectNode draft = drafted();
        assertThat(draft.at("/document/operations/echo/effect").asString()).isEqualTo("read");
        assertThat(draft.at("/document/operations/toggle_simulated_logging/effect")
                        .asString())
                .isEqualTo("write");
        assertThat(draft.path("left_out").toString()).contains("task");
        put("everything", draft.path("document"));

        JsonNode done = submitted("everything", "echo", "{\"message\":\"over here\"}")
                .expect(200)
                .json();
        JsonNode structured = submitted("everything", "get_structured_content", "{\"location\":\"Chicago\"}")
                .expect(200)
                .json();
        Answer denied = submitted("everything", "get_env", "{}");
        Answer unfit = submitted("everything", "echo", "{\"message\":7}");

        assertThat(done.path("state").asString()).as(done.toString()).isEqualTo("succeeded");
        assertThat(done.toString()).contains("Echo: over here");
        assertThat(structured.path("state").asString())
                .as(structured.toString())
                .isEqualTo("succeeded");
        assertThat(structured.toString()).contains("humidity");
        assertThat(denied.expect(403).at("/code")).isEqualTo("denied");
        assertThat(unfit.status()).isEqualTo(400);
    }

    @Test
    void what_was_accepted_in_another_form_is_quarantined() {
        ObjectNode draft = drafted();
        ((ObjectNode) draft.at("/document/operations/echo/upstream")).put("digest", "0".repeat(64));
        put("changed", draft.path("document"));

        JsonNode ended = submitted("changed", "echo", "{\"message\":\"hi\"}").json();

        assertThat(ended.path("state").asString()).as(ended.toString()).isEqualTo("failed");
        assertThat(ended.toString()).contains("operation_quarantined");
        assertThat(submitted("changed", "echo", "{\"message\":\"ho\"}")
                        .expect(403)
                        .at("/code"))
                .isEqualTo("operation_quarantined");
        JsonNode found = customer.admin()
                .post("/v1/connectors/changed:refresh", "{}")
                .expect(200)
                .json();
        assertThat(found.path("quarantined")).hasSize(1);
        assertThat(found.path("unchanged")).hasSizeGreaterThan(5);
        customer.admin()
                .post(
                        "/v1/connectors/changed/operations/echo:accept",
                        "{\"digest\":\"%s\"}"
                                .formatted(found.at("/quarantined/0/offered_digest")
                                        .asString()))
                .expect(200);
        JsonNode again = submitted("changed", "echo", "{\"message\":\"ho\"}").json();
        assertThat(again.path("state").asString()).as(again.toString()).isEqualTo("succeeded");
    }

    @Test
    void only_an_operator_imports_from_a_private_address() {
        assertThat(customer.admin()
                        .post("/v1/connectors/near:import", wanted(",\"allow_private_addresses\":[\"127.0.0.1\"]"))
                        .expect(403)
                        .at("/code"))
                .isEqualTo("private_addresses");
        assertThat(customer.admin()
                        .post("/v1/connectors/near:import", wanted(""))
                        .expect(422)
                        .at("/code"))
                .isEqualTo("tools_unlisted");
    }

    private void put(String system, JsonNode document) {
        given.operator()
                .put("/v1/connectors/" + system + "?tenant=" + customer.tenant(), document.toString())
                .expect(201);
    }

    private Answer submitted(String system, String operation, String arguments) {
        return customer.agent().post("/v1/actions?wait=PT10S", """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_mcp",
             "policy_profile":"%s","quota_class":"%s","requested_action":"%s",
             "target":{"system":"%s"},"arguments":%s,"data_classes":["internal"]}\
            """.formatted(
                        customer.tenant(),
                        Given.WORKSPACE,
                        Given.AGENT,
                        Given.PROFILE,
                        Given.QUOTA_CLASS,
                        operation,
                        system,
                        arguments));
    }
}
