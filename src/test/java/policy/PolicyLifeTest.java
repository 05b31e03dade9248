package policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.Given.Customer;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/** A version's life over HTTP: drafted, published, tried, restored, and rules that end by themselves. */
@PlatformTest
class PolicyLifeTest {

    private static final String PROFILE = "/v1/policies/regulated_support";
    private static final String ALLOW = """
        {"rules":[{"id":"%s","effect":"allow","operations":["%s"]}],"destinations":{"allow":["*"]},
         "data_classes":["internal"]}\
        """;

    private final Given given;
    private final Customer customer;

    @Autowired
    PolicyLifeTest(Given given) {
        this.given = given;
        this.customer = given.customer();
    }

    private static String document(String id, String operations) {
        return "{\"document\":" + ALLOW.formatted(id, operations) + "}";
    }

    @Test
    void a_draft_is_kept_and_published_from_the_version_that_it_was_made_from() {
        customer.admin().put(PROFILE, document("a", "ticket.*")).expect(201);
        customer.admin().get(PROFILE + "/draft").expect(404);

        Answer saved =
                customer.admin().put(PROFILE + "/draft", document("b", "crm.*")).expect(200);
        assertThat(saved.at("/from_version")).isEqualTo("1");
        assertThat(saved.at("/saved_by")).startsWith("key:");
        assertThat(customer.auditor().get(PROFILE).at("/version")).isEqualTo("1");

        Answer published = customer.admin()
                .post(PROFILE + ":publish", "{\"comment\":\"crm too\"}")
                .expect(200);
        assertThat(published.at("/version")).isEqualTo("2");
        assertThat(published.at("/from_version")).isEqualTo("1");
        customer.admin().get(PROFILE + "/draft").expect(404);
        assertThat(customer.admin().post(PROFILE + ":publish", "{}").expect(404).at("/code"))
                .isEqualTo("not_found");
    }

    @Test
    void a_draft_from_a_version_that_was_replaced_is_not_published_unseen() {
        customer.admin().put(PROFILE, document("a", "ticket.*")).expect(201);
        customer.admin().put(PROFILE + "/draft", document("b", "crm.*")).expect(200);
        customer.admin()
                .put(PROFILE, document("c", "mail.*"), "If-Match", "\"1\"")
                .expect(200);

        customer.admin().post(PROFILE + ":publish", "{}").expect(412);
        customer.admin().post(PROFILE + ":publish", "{}", "If-Match", "\"2\"").expect(200);
        assertThat(customer.admin().get(PROFILE).at("/from_version")).isEqualTo("1");
    }

    @Test
    void a_draft_is_replaced_by_who_saw_it_and_thrown_away() {
        customer.admin().put(PROFILE + "/draft", document("a", "crm.*")).expect(200);
        customer.admin()
                .put(PROFILE + "/draft", document("b", "crm.*"), "If-Match", "\"1\"")
                .expect(200);
        assertThat(customer.admin()
                        .put(PROFILE + "/draft", document("c", "crm.*"), "If-Match", "\"1\"")
                        .expect(412)
                        .at("/code"))
                .isEqualTo("draft_changed");
        customer.auditor().put(PROFILE + "/draft", document("c", "crm.*")).expect(403);
        customer.admin().delete(PROFILE + "/draft").expect(204);
        customer.admin().get(PROFILE + "/draft").expect(404);
    }

    @Test
    void a_version_in_shadow_decides_nothing_until_it_is_enforced() {
        customer.admin().put(PROFILE, document("a", "ticket.*")).expect(201);
        Answer shadow = customer.admin()
                .put(
                        PROFILE,
                        document("b", "crm.*").replace("{\"document\"", "{\"mode\":\"shadow\",\"document\""),
                        "If-Match",
                        "\"1\"")
                .expect(200);
        assertThat(shadow.at("/version")).isEqualTo("2");
        assertThat(shadow.at("/mode")).isEqualTo("shadow");

        assertThat(customer.auditor().get(PROFILE).header("ETag")).isEqualTo("\"1\"");
        assertThat(customer.auditor().get(PROFILE + "/shadow").expect(200).at("/document/rules/0/id"))
                .isEqualTo("b");

        Answer enforced = customer.admin()
                .post(PROFILE + ":enforce", "{\"comment\":\"it held\"}")
                .expect(200);
        assertThat(enforced.at("/version")).isEqualTo("3");
        assertThat(enforced.at("/from_version")).isEqualTo("2");
        assertThat(enforced.at("/document/rules/0/id")).isEqualTo("b");
        customer.auditor().get(PROFILE + "/shadow").expect(404);
        assertThat(customer.admin().post(PROFILE + ":enforce", "{}").expect(409).at("/code"))
                .isEqualTo("nothing_in_shadow");
    }

    @Test
    void a_shadow_is_dropped_and_the_list_names_the_version_in_force() {
        customer.admin().put(PROFILE, document("a", "ticket.*")).expect(201);
        String tried = document("b", "crm.*").replace("{\"document\"", "{\"mode\":\"shadow\",\"document\"");
        customer.admin().put(PROFILE, tried, "If-Match", "\"1\"").expect(200);
        until(() -> customer.auditor()
                        .get(PROFILE + "/versions")
                        .json()
                        .path("items")
                        .size()
                == 2);

        assertThat(customer.admin().get("/v1/policies").expect(200).at("/items/0/version"))
                .isEqualTo("1");
        assertThat(customer.admin().delete(PROFILE + "/shadow").expect(200).at("/version"))
                .isEqualTo("1");
        customer.auditor().get(PROFILE + "/shadow").expect(404);
    }

    @Test
    void the_first_version_cannot_be_in_shadow() {
        String tried = document("b", "crm.*").replace("{\"document\"", "{\"mode\":\"shadow\",\"document\"");
        assertThat(customer.admin().put(PROFILE, tried).expect(409).at("/code")).isEqualTo("nothing_in_force");
    }

    @Test
    void one_call_brings_an_earlier_document_back_as_a_new_version_and_all_are_listed() {
        customer.admin().put(PROFILE, document("good", "ticket.*")).expect(201);
        customer.admin().put(PROFILE, document("bad", "*"), "If-Match", "\"1\"").expect(200);

        Answer restored = customer.admin()
                .post(PROFILE + ":rollback", "{\"to_version\":1,\"comment\":\"3 am\"}")
                .expect(200);

        assertThat(restored.at("/version")).isEqualTo("3");
        assertThat(restored.at("/from_version")).isEqualTo("1");
        assertThat(restored.at("/document/rules/0/id")).isEqualTo("good");
        customer.admin().post(PROFILE + ":rollback", "{\"to_version\":9}").expect(404);
        until(() -> customer.auditor()
                        .get(PROFILE + "/versions")
                        .json()
                        .path("items")
                        .size()
                == 3);
        Answer page = customer.auditor().get(PROFILE + "/versions?limit=2").expect(200);
        assertThat(page.at("/items/0/version")).isEqualTo("3");
        Answer rest = customer.auditor()
                .get(PROFILE + "/versions?limit=2&cursor=" + page.at("/next_cursor"))
                .expect(200);
        assertThat(rest.at("/items/0/version")).isEqualTo("1");
    }

    @Test
    void an_exception_ends_by_itself_and_the_journal_says_so() {
        String end = Instant.now().plusSeconds(2).truncatedTo(ChronoUnit.MILLIS).toString();
        customer.admin().put(PROFILE, """
            {"document":{"rules":[
              {"id":"always","effect":"allow","operations":["ticket.*"]},
              {"id":"for-now","effect":"allow","operations":["crm.*"],"expires_at":"%s"}]}}\
            """.formatted(end)).expect(201);
        assertThat(customer.admin().get(PROFILE).at("/version")).isEqualTo("1");

        until(() -> customer.admin().get(PROFILE).at("/version").equals("2"));

        Answer after = customer.admin().get(PROFILE);
        assertThat(after.json().at("/document/rules").size()).isEqualTo(1);
        assertThat(after.at("/comment")).isEqualTo("Expired: for-now.");
        assertThat(after.at("/published_by")).isEqualTo("platform:policy_expiry");
        JsonNode entry = customer.auditor()
                .get("/v1/journal?type=policy_rules_expired")
                .json()
                .at("/items/0");
        assertThat(entry.at("/payload/rules/0").asString()).isEqualTo("for-now");
        assertThat(entry.at("/payload/from_version").asLong()).isEqualTo(1);
    }

    @Test
    void yaml_is_read_as_the_json_that_says_the_same() {
        customer.admin().put(PROFILE, """
            document:
              rules:
                - {id: tickets, effect: allow, operations: [ticket.*]}
            comment: in yaml
            """, "Content-Type", "application/yaml").expect(201);

        assertThat(customer.admin().get(PROFILE).at("/document/rules/0/id")).isEqualTo("tickets");
        assertThat(customer.admin()
                        .put(PROFILE + "/draft", "document: {rule: []}", "Content-Type", "application/yaml")
                        .expect(400)
                        .at("/errors/0/rule"))
                .isEqualTo("unknown_field");
        assertThat(customer.admin()
                        .put(PROFILE + "/draft", "document: &a {}\nx: *a", "Content-Type", "application/yaml")
                        .expect(400)
                        .at("/errors/0/rule"))
                .isEqualTo("malformed");
        customer.admin()
                .post("/v1/workspaces", "workspace_id: w\nname: n", "Content-Type", "application/yaml")
                .expect(415);
    }

    @Test
    void lint_tells_errors_from_warnings_and_publishes_nothing() {
        customer.admin().put(PROFILE + "/draft", document("a", "crm.*")).expect(200);
        Answer draft = customer.admin().post(PROFILE + ":lint", "{}").expect(200);
        assertThat(draft.at("/publishable")).isEqualTo("true");

        Answer posted = customer.auditor().post(PROFILE + ":lint", """
            {"document":{"rules":[{"id":"a","effect":"deny","operations":["*"]},
              {"id":"b","effect":"allow","operations":["crm.*"]}]}}\
            """).expect(200);
        assertThat(posted.at("/findings/0/rule")).isEqualTo("unreachable");
        assertThat(posted.at("/findings/0/severity")).isEqualTo("warning");

        Answer broken = customer.admin().post(PROFILE + ":lint", """
            {"document":{"rules":[{"id":"a","effect":"permit","operations":["*"]}]}}\
            """).expect(200);
        assertThat(broken.at("/publishable")).isEqualTo("false");
        assertThat(broken.at("/findings/0/severity")).isEqualTo("error");
        assertThat(broken.at("/findings/0/pointer")).isEqualTo("/document/rules/0/effect");
        customer.admin().get(PROFILE).expect(404);
    }

    @Test
    void versions_are_compared_by_what_they_decide() {
        customer.admin().put(PROFILE, document("a", "ticket.*")).expect(201);
        customer.admin()
                .put(PROFILE, document("b", "crm.*"), "If-Match", "\"1\"")
                .expect(200);

        Answer diff = customer.auditor().get(PROFILE + ":diff?from=1&to=2").expect(200);

        assertThat(diff.at("/rules/0/change")).isEqualTo("added");
        assertThat(diff.at("/decisions/0/operation")).isEqualTo("ticket.other");
        assertThat(diff.at("/decisions/0/from/rule")).isEqualTo("a");
        assertThat(diff.at("/decisions/0/to/verdict")).isEqualTo("denied");
        customer.auditor().get(PROFILE + ":diff").expect(404);
        customer.auditor().get(PROFILE + ":diff?to=next").expect(400);
    }

    @Test
    void the_schema_of_a_document_is_published() {
        assertThat(customer.admin().get("/v1/policies/schema").expect(200).at("/title"))
                .isEqualTo("Firebreak policy document");
    }

    @Test
    void layers_of_the_operator_are_changed_by_no_tenant() {
        assertThat(customer.admin()
                        .put("/v1/policies/layer:posture", document("a", "*"))
                        .expect(403)
                        .at("/code"))
                .isEqualTo("operators_layer");
        customer.admin().put("/v1/policies/schema", document("a", "*")).expect(400);
        given.operator()
                .put(
                        "/v1/policies/layer:posture?tenant=" + customer.tenant(),
                        document("a", "*").replace("\"allow\"", "\"deny\""))
                .expect(201);
    }

    private static void until(BooleanSupplier holds) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
