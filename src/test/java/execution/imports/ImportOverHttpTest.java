package execution.imports;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A product's own description becomes a connector, and its operations are called like any other. */
@PlatformTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImportOverHttpTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String HASH = "2e1cfa82b035c26cbbbdae632cea070514eb8b773f616aaeaf668e2f0be8f10d";
    private static final String POLICY = """
        {"document":{"rules":[{"id":"all","effect":"allow","operations":["*"],"words":"Everything goes."}],
          "destinations":{"allow":["*"],"recipients":{"allow":["*"]}},"data_classes":["internal"],"models":[]},
         "comment":"For a test."}\
        """;

    private final Given given;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer nessie;
    private Given.Customer customer;

    @Autowired
    ImportOverHttpTest(Given given) {
        this.given = given;
    }

    /** Answers as the product does. */
    @BeforeAll
    void start() throws IOException {
        nessie = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        nessie.createContext("/", exchange -> {
            try (exchange) {
                String path = exchange.getRequestURI().toString();
                asked.add(exchange.getRequestMethod() + " " + path);
                boolean known = path.startsWith("/api/v2/trees/main");
                byte[] body = (known ? """
                                {"reference":{"type":"BRANCH","name":"main","hash":"%s"}}\
                                """.formatted(HASH) : """
                                {"status":404,"reason":"Not Found","message":"Named reference not found",
                                 "errorCode":"REFERENCE_NOT_FOUND"}\
                                """).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(known ? 200 : 404, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        nessie.start();
        customer = given.customer();
        given.operator()
                .put("/v1/policies/" + Given.PROFILE + "?tenant=" + customer.tenant(), POLICY)
                .expect(201);
    }

    @AfterAll
    void stop() {
        nessie.stop(0);
    }

    private Answer imported(String system) throws IOException {
        String url = "http://127.0.0.1:" + nessie.getAddress().getPort() + "/api";
        return customer.admin()
                .post(
                        "/v1/connectors/" + system + ":import",
                        JSON.writeValueAsString(Map.of("openapi", OpenApiImportTest.nessie(), "base_url", url)));
    }

    @Test
    void an_import_is_a_draft_that_changes_nothing() throws IOException {
        Answer draft = imported("unaccepted").expect(200);

        assertThat(draft.json().path("operations").get(0).propertyNames())
                .containsExactlyInAnyOrder("operation", "effect", "why");
        assertThat(draft.json().path("left_out")).isNotEmpty();
        customer.admin().get("/v1/connectors/unaccepted").expect(404);
    }

    @Test
    void an_operation_of_a_real_product_is_called_once_its_draft_is_put_in_force() throws IOException {
        ObjectNode document = (ObjectNode) imported("nessie").expect(200).json().path("document");
        document.putArray("allow_private_addresses").add("127.0.0.1");
        given.operator()
                .put("/v1/connectors/nessie?tenant=" + customer.tenant(), document.toString())
                .expect(201);

        JsonNode done = submitted("main").expect(200).json();
        JsonNode refused = submitted("gone").json();

        assertThat(done.path("state").asString()).as(done.toString()).isEqualTo("succeeded");
        assertThat(done.toString()).contains(HASH);
        assertThat(refused.path("state").asString()).as(refused.toString()).isEqualTo("failed");
        assertThat(asked)
                .containsExactly("GET /api/v2/trees/main?fetch=MINIMAL", "GET /api/v2/trees/gone?fetch=MINIMAL");
    }

    private Answer submitted(String reference) {
        return customer.agent().post("/v1/actions?wait=PT10S", """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_import",
             "policy_profile":"%s","quota_class":"%s","requested_action":"get_reference_by_name_v2",
             "target":{"system":"nessie","ref":"%s"},"arguments":{"fetch":"MINIMAL"},"data_classes":["internal"]}\
            """.formatted(
                        customer.tenant(), Given.WORKSPACE, Given.AGENT, Given.PROFILE, Given.QUOTA_CLASS, reference));
    }

    @Test
    void only_who_may_change_connectors_drafts_them() {
        customer.agent()
                .post("/v1/connectors/nessie:import", "{\"openapi\":{}}")
                .expect(403);
        assertThat(customer.admin()
                        .post("/v1/connectors/nessie:import", "{\"openapi\":{}}")
                        .expect(400)
                        .at("/code"))
                .isEqualTo("invalid_import");
    }
}
