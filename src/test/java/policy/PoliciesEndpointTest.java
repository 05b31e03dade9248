package policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.Given.Customer;
import platform.PlatformTest;
import platform.TestClient.Answer;

@PlatformTest
class PoliciesEndpointTest {

    private static final String PROFILE = "/v1/policies/regulated_support";
    private static final String DOCUMENT = """
        {"document":{"rules":[{"id":"%s","effect":"allow","operations":["ticket.*"],"effects":["read","write"]}],
         "destinations":{"allow":["*.zendesk.test"]},"data_classes":["internal"]},"comment":"%s"}\
        """;
    private static final String CLASS = """
        {"requests_per_second":1000,"burst":1000,"concurrent_runs":10,"tool_calls_per_day":100,"weight":1,
         "max_parallel_actions":4,"queued_actions":100}\
        """;

    private final Given given;
    private final Customer customer;

    @Autowired
    PoliciesEndpointTest(Given given) {
        this.given = given;
        given.operator().put("/v1/quota-classes/" + Given.QUOTA_CLASS, CLASS);
        this.customer = given.customer();
    }

    @Test
    void a_version_is_there_as_soon_as_it_was_published_and_so_is_the_one_before() {
        Answer first =
                customer.admin().put(PROFILE, DOCUMENT.formatted("a", "first")).expect(201);
        assertThat(first.header("ETag")).isEqualTo("\"1\"");

        customer.admin()
                .put(PROFILE, DOCUMENT.formatted("b", "second"), "If-Match", "\"1\"")
                .expect(200);

        Answer inForce = customer.auditor().get(PROFILE).expect(200);
        assertThat(inForce.header("ETag")).isEqualTo("\"2\"");
        assertThat(inForce.at("/document/rules/0/id")).isEqualTo("b");
        assertThat(inForce.at("/comment")).isEqualTo("second");
        assertThat(inForce.at("/published_by")).startsWith("key:");
        Answer before = customer.auditor().get(PROFILE + "/versions/1").expect(200);
        assertThat(before.at("/document/rules/0/id")).isEqualTo("a");
        customer.auditor().get(PROFILE + "/versions/3").expect(404);
        assertThat(customer.auditor().get("/v1/policies").expect(200).at("/items/0/profile"))
                .isEqualTo("regulated_support");
    }

    @Test
    void a_version_or_draft_is_told_as_yaml_that_is_published_again() {
        customer.admin().put(PROFILE, DOCUMENT.formatted("a", "first")).expect(201);
        customer.admin()
                .put(PROFILE + "/draft", "{\"document\":{\"rules\":[],\"data_classes\":[\"yes\"]}}")
                .expect(200);
        String before = customer.admin().get(PROFILE).json().path("document").toString();

        String told = yaml(PROFILE);
        assertThat(told).contains("rules:").doesNotContain("null");
        assertThat(yaml(PROFILE + "/versions/1")).isEqualTo(told);
        assertThat(yaml(PROFILE + "/draft")).contains("yes");
        customer.admin()
                .put(PROFILE, told, "If-Match", "\"1\"", "Content-Type", "application/yaml")
                .expect(200);
        customer.admin()
                .post(PROFILE + ":lint", told, "Content-Type", "application/yaml")
                .expect(200);
        customer.admin()
                .post(PROFILE + ":simulate", told, "Content-Type", "application/yaml")
                .expect(202);

        assertThat(customer.admin().get(PROFILE).json().path("document").toString())
                .isEqualTo(before);
        customer.admin()
                .send("GET", PROFILE + "/versions/9", null, "Accept", "application/yaml")
                .expect(404);
    }

    private String yaml(String path) {
        Answer told = customer.auditor()
                .send("GET", path, null, "Accept", "application/yaml")
                .expect(200);
        assertThat(told.header("Content-Type")).startsWith("application/yaml");
        assertThat(told.header("ETag")).isNotEmpty();
        return told.body();
    }

    @Test
    void nobody_overwrites_what_they_have_not_seen() {
        customer.admin()
                .put(PROFILE, DOCUMENT.formatted("a", ""), "If-Match", "\"1\"")
                .expect(412);
        customer.admin().put(PROFILE, DOCUMENT.formatted("a", "")).expect(201);

        Answer blind =
                customer.admin().put(PROFILE, DOCUMENT.formatted("b", "")).expect(428);
        Answer stale = customer.admin()
                .put(PROFILE, DOCUMENT.formatted("b", ""), "If-Match", "\"7\"")
                .expect(412);

        assertThat(blind.at("/code")).isEqualTo("precondition_required");
        assertThat(stale.at("/code")).isEqualTo("version_mismatch");
        assertThat(customer.admin().get(PROFILE).header("ETag")).isEqualTo("\"1\"");
    }

    @Test
    void a_document_with_findings_is_not_published_and_each_is_pointed_at() {
        Answer refused = customer.admin().put(PROFILE, """
            {"document":{"rules":[{"id":"a","effect":"permit","operations":["crm*"]}]}}\
            """).expect(422);

        assertThat(refused.at("/code")).isEqualTo("invalid_policy");
        assertThat(refused.at("/errors/0/pointer")).isEqualTo("/document/rules/0/effect");
        assertThat(refused.at("/errors/1/pointer")).isEqualTo("/document/rules/0/operations/0");
        customer.admin().get(PROFILE).expect(404);
        customer.admin().put(PROFILE, "{\"document\":{\"rule\":[]}}").expect(400);
        customer.admin().put(PROFILE, "{}").expect(400);
    }

    @Test
    void policies_are_read_by_those_who_audit_and_changed_by_those_who_administer() {
        customer.auditor().put(PROFILE, DOCUMENT.formatted("a", "")).expect(403);
        customer.agent().get(PROFILE).expect(403);
        customer.admin().put(PROFILE, DOCUMENT.formatted("a", "")).expect(201);

        given.customer().admin().get(PROFILE).expect(404);
        given.operator().get(PROFILE + "?tenant=" + customer.tenant()).expect(200);
    }
}
