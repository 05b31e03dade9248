package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/** What operators write once, every tenant may adopt; what each has accepted stays its own affair. */
@PlatformTest
class CatalogueOverHttpTest {

    private static final String OPEN_POLICY = """
        {"document":{"rules":[{"id":"all","effect":"allow","operations":["*"],"words":"Everything goes."}],
          "destinations":{"allow":["*"],"recipients":{"allow":["*"]}},"data_classes":["internal"],"models":[]},
         "comment":"For a test."}\
        """;
    private static final String OPERATION = """
        "%s":{"method":"GET","path":"%s","effect":"read","description":"%s","argument_schema":{"type":"object"}}""";

    private final Given given;
    private final String system = "cat_" + UUID.randomUUID().toString().replace("-", "");
    private TargetServer target;
    private Given.Customer acme;

    @Autowired
    CatalogueOverHttpTest(Given given) {
        this.given = given;
    }

    @BeforeEach
    void start() throws IOException {
        target = new TargetServer();
        acme = customer();
    }

    @AfterEach
    void stop() {
        target.close();
    }

    private Given.Customer customer() {
        Given.Customer customer = given.customer();
        given.operator()
                .put("/v1/policies/" + Given.PROFILE + "?tenant=" + customer.tenant(), OPEN_POLICY)
                .expect(201);
        return customer;
    }

    private String document(String members, String... operations) {
        return "{\"base_url\":\"%s\",\"allow_private_addresses\":[\"127.0.0.1\"]%s,\"operations\":{%s}}"
                .formatted(target.url(), members, String.join(",", operations));
    }

    private static String operation(String name, String path, String words) {
        return OPERATION.formatted(name, path, words);
    }

    /** Written, and there for everybody to read. */
    private void written(long version, String document) throws InterruptedException {
        Answer put = version == 1
                ? given.operator().put("/v1/catalogue/" + system, document).expect(201)
                : given.operator()
                        .put("/v1/catalogue/" + system, document, "If-Match", "\"%d\"".formatted(version - 1))
                        .expect(200);
        assertThat(put.json().path("version").longValue()).isEqualTo(version);
        for (int tries = 0; tries < 200; tries++) {
            Answer read = acme.agent().get("/v1/catalogue/" + system);
            if (read.status() == 200 && read.json().path("version").longValue() == version) {
                return;
            }
            Thread.sleep(50);
        }
        fail("version %d of the catalogue is not there to be read".formatted(version));
    }

    private Answer adopt(Given.Customer customer, String... headers) {
        return customer.admin().post("/v1/connectors/" + system + ":adopt", "{}", headers);
    }

    private Answer asked(Given.Customer customer, String operation, String run) {
        return customer.agent().post("/v1/actions?wait=PT10S", """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"%s",
             "policy_profile":"%s","quota_class":"%s","requested_action":"%s",
             "target":{"system":"%s"},"arguments":{},"data_classes":["internal"]}\
            """.formatted(
                        customer.tenant(),
                        Given.WORKSPACE,
                        Given.AGENT,
                        run,
                        Given.PROFILE,
                        Given.QUOTA_CLASS,
                        operation,
                        system));
    }

    private JsonNode connector(Given.Customer customer) {
        return customer.admin().get("/v1/connectors/" + system).expect(200).json();
    }

    @Test
    void a_tenant_adopts_the_catalogues_connector_and_its_new_version_changes_nothing_unseen() throws Exception {
        written(1, document("", operation("one", "/1", "The first."), operation("two", "/2", "The second.")));
        Answer adopted = adopt(acme).expect(201);
        assertThat(adopted.json().path("catalogue").toString())
                .isEqualTo("{\"version\":1,\"as_adopted\":true,\"newest\":1}");
        assertThat(asked(acme, "one", "wr_1").expect(200).at("/state")).isEqualTo("succeeded");
        Given.Customer globex = customer();
        asked(globex, "one", "wr_1").expect(403);

        written(
                2,
                document(
                        "",
                        operation("one", "/moved", "The first."),
                        operation("two", "/2", "The second."),
                        operation("three", "/3", "New.")));
        assertThat(connector(acme).at("/catalogue/newest").longValue()).isEqualTo(2);
        assertThat(acme.admin()
                        .get("/v1/connectors")
                        .json()
                        .at("/items/0/catalogue/newest")
                        .longValue())
                .isEqualTo(2);
        assertThat(asked(acme, "one", "wr_2").expect(200).at("/state")).isEqualTo("succeeded");
        assertThat(target.seen.getLast().uri()).isEqualTo("/1");
        assertThat(adopt(acme).expect(428).at("/code")).isEqualTo("precondition_required");
        JsonNode second = adopt(acme, "If-Match", "\"1\"").expect(200).json();

        assertThat(second.path("version").longValue()).isEqualTo(2);
        assertThat(second.path("quarantined")).hasSize(1);
        assertThat(second.at("/quarantined/0/changes").toString())
                .isEqualTo("[{\"in\":\"path\",\"at\":\"\",\"before\":\"/1\",\"after\":\"/moved\"}]");
        assertThat(asked(acme, "one", "wr_3").expect(403).at("/code")).isEqualTo("operation_quarantined");
        assertThat(asked(acme, "two", "wr_3").expect(200).at("/state")).isEqualTo("succeeded");
        assertThat(asked(acme, "three", "wr_3").expect(200).at("/state")).isEqualTo("succeeded");
        String digest = second.at("/quarantined/0/offered_digest").asString();
        JsonNode after = acme.admin()
                .post("/v1/connectors/%s/operations/one:accept".formatted(system), "{\"digest\":\"" + digest + "\"}")
                .expect(200)
                .json();

        assertThat(after.path("version").longValue()).isEqualTo(2);
        assertThat(after.path("quarantined")).isEmpty();
        assertThat(asked(acme, "one", "wr_4").expect(200).at("/state")).isEqualTo("succeeded");
        assertThat(target.seen.getLast().uri()).isEqualTo("/moved");
    }

    @Test
    void what_was_never_accepted_is_compared_with_what_was() throws Exception {
        written(1, document("", operation("one", "/1", "First words.")));
        adopt(acme).expect(201);
        written(2, document("", operation("one", "/1", "Second words.")));
        adopt(acme, "If-Match", "\"1\"").expect(200);
        written(3, document(",\"read_timeout\":\"PT9S\"", operation("one", "/1", "Second words.")));
        JsonNode third = adopt(acme, "If-Match", "\"2\"").expect(200).json();

        assertThat(third.at("/quarantined/0/changes").toString()).contains("First words.", "Second words.", "PT9S");
        written(4, document("", operation("one", "/1", "First words.")));
        JsonNode back = adopt(acme, "If-Match", "\"3\"").expect(200).json();
        assertThat(back.path("quarantined")).isEmpty();
        assertThat(asked(acme, "one", "wr_1").expect(200).at("/state")).isEqualTo("succeeded");
    }

    @Test
    void only_operators_write_it_and_a_tenants_own_changes_are_told() throws Exception {
        String document = document("", operation("one", "/1", "The first."));
        assertThat(acme.admin()
                        .put("/v1/catalogue/" + system, document)
                        .expect(403)
                        .at("/code"))
                .isEqualTo("role_required");
        assertThat(given.operator()
                        .put("/v1/catalogue/" + system, "{\"base_url\":\"ftp://x\",\"operations\":{}}")
                        .expect(400)
                        .at("/code"))
                .isEqualTo("invalid_connector");
        adopt(acme).expect(404);
        written(1, document);
        assertThat(given.operator()
                        .put("/v1/catalogue/" + system, document.replace("The first.", "Other."))
                        .expect(428)
                        .at("/code"))
                .isEqualTo("precondition_required");
        assertThat(acme.admin()
                        .post("/v1/connectors/" + system + ":adopt", "{\"version\":2}")
                        .expect(412)
                        .at("/code"))
                .isEqualTo("version_mismatch");
        adopt(acme).expect(201);
        acme.admin()
                .put("/v1/connectors/" + system, document.replace("The first.", "My own words."), "If-Match", "\"1\"")
                .expect(200);

        assertThat(connector(acme).at("/catalogue/as_adopted").booleanValue()).isFalse();
        assertThat(acme.agent().get("/v1/catalogue").expect(200).body()).contains(system);
        assertThat(given.operator()
                        .post("/v1/connectors/" + system + ":adopt", "{}")
                        .expect(400)
                        .at("/errors/0/pointer"))
                .isEqualTo("/tenant");
        assertThat(acme.auditor().get("/v1/journal?limit=200").body()).contains("connector_adopted");
    }
}
