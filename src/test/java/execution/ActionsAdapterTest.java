package execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.web.MockHttpServletRequest;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;

/** The direct way to the endpoint and Spring MVC's own answer alike. */
@PlatformTest
class ActionsAdapterTest {

    /** Anything but the usual: such a request is left to Spring MVC. */
    private static final String[] ORDINARY = {"Accept", "application/json, application/problem+json;q=0.9"};

    /** Nobody is there: what is admitted stays admitted. */
    private static final String CONNECTOR = """
        {"base_url":"http://127.0.0.1:9","allow_private_addresses":["127.0.0.1"],
         "operations":{
           "ticket.update":{"effect":"write","method":"PUT","path":"/tickets/{record_id}",
             "target_schema":{"type":"object","required":["record_id"],"properties":{"record_id":{"type":"string"}}},
             "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}},
             "body":{"status":"arguments.status"}},
           "ticket.delete":{"effect":"high_risk","method":"DELETE","path":"/tickets/{record_id}",
             "target_schema":{"type":"object","required":["record_id"],"properties":{"record_id":{"type":"string"}}},
             "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}}}}}\
        """;

    private final Given given;
    private Given.Customer acme;
    private int records;

    @Autowired
    ActionsAdapterTest(Given given) {
        this.given = given;
    }

    @BeforeEach
    void register() {
        acme = given.customer();
        given.operator()
                .put("/v1/connectors/zendesk?tenant=" + acme.tenant(), CONNECTOR)
                .expect(201);
        acme.admin().put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"tickets","effect":"allow","operations":["ticket.update"]}],
             "destinations":{"allow":["127.0.0.1"]},"data_classes":["internal"]}}\
            """).expect(201);
    }

    @Test
    void what_is_admitted_is_answered_as_by_spring_mvc() {
        String asked = envelope();

        Answer direct = acme.agent()
                .post("/v1/actions", asked, "Idempotency-Key", "\"a\"")
                .expect(202);

        assertThat(direct.at("/state")).isEqualTo("queued");
        assertThat(direct.header("Location")).endsWith(direct.at("/action_id"));
        same(direct, acme.agent().post("/v1/actions", envelope(), join("Idempotency-Key", "\"b\"")));
        Answer replayed = acme.agent().post("/v1/actions", asked, "Idempotency-Key", "\"a\"");
        assertThat(replayed.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(replayed.at("/action_id")).isEqualTo(direct.at("/action_id"));
    }

    @Test
    void what_is_denied_is_answered_as_by_spring_mvc() {
        String denied = envelope().replace("ticket.update", "ticket.delete");

        Answer direct = acme.agent().post("/v1/actions", denied).expect(403);

        assertThat(direct.at("/code")).isEqualTo("denied");
        assertThat(direct.header("Content-Type")).isEqualTo("application/problem+json");
        same(direct, acme.agent().post("/v1/actions", denied, ORDINARY));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "\"text\"",
                "{",
                "{}",
                "{\"tenant_id\":7}",
                "{\"tenant_id\":\"a\",\"tenant_id\":\"b\"}",
                "{\"tenant_id\":\"\\u0000\"}",
                "{\"unknown\":1}",
                "ENVELOPE and more",
                "ENVELOPE",
                "\uFEFFENVELOPE"
            })
    void a_body_is_answered_as_spring_mvc_answers_it(String body) {
        same(
                acme.agent().post("/v1/actions", body.replace("ENVELOPE", envelope())),
                acme.agent().post("/v1/actions", body.replace("ENVELOPE", envelope()), ORDINARY));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?wait=PT0S", "?wait=", "?wait=soon", "?wait=PT0S&wait=PT1S", "?tenant=somebody_else"})
    void a_query_is_answered_as_spring_mvc_answers_it(String query) {
        same(
                acme.agent().post("/v1/actions" + query, envelope()),
                acme.agent().post("/v1/actions" + query, envelope(), ORDINARY));
    }

    @Test
    void who_may_not_ask_is_refused_as_by_spring_mvc() {
        Answer refused = acme.auditor().post("/v1/actions", envelope()).expect(403);

        assertThat(refused.at("/code")).isEqualTo("role_required");
        same(refused, acme.auditor().post("/v1/actions", envelope(), ORDINARY));
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, 2, , , true",
        "application/json, 2, */*, , true",
        "application/json, 2, application/json, wait=PT1S, true",
        "application/json, 0, , , false",
        "application/json;charset=utf-16, 2, , , false",
        "text/plain, 2, , , false",
        ", 2, , , false",
        "application/json, 2, text/html, , false",
        "application/json, 2, , wait=PT1S&wait=PT2S, false",
        "application/json, 2, , tenant=a, false"
    })
    void only_what_is_sent_as_usual_goes_directly(
            String contentType, int length, String accept, String query, boolean usual) {
        var request = new MockHttpServletRequest("POST", "/v1/actions");
        request.setContent(new byte[length]);
        request.setContentType(contentType);
        if (accept != null) {
            request.addHeader("Accept", accept);
        }
        if (query != null) {
            request.setQueryString(query);
            for (String pair : query.split("&")) {
                request.addParameter(pair.split("=")[0], pair.split("=")[1]);
            }
        }

        assertThat(ActionsAdapter.isUsual(request)).isEqualTo(usual);
    }

    /** About another record each time: the same again would be a replay. */
    private String envelope() {
        return """
            {"tenant_id":"%s","workspace_id":"ws_support","agent_id":"support_triage_v4","workflow_run_id":"wr_1",
             "policy_profile":"regulated_support","quota_class":"enterprise_gold","requested_action":"ticket.update",
             "target":{"system":"zendesk","record_id":"zd_%d"},"arguments":{"status":"solved"}}\
            """.formatted(acme.tenant(), ++records);
    }

    private static String[] join(String... headers) {
        return Stream.concat(Arrays.stream(ORDINARY), Arrays.stream(headers)).toArray(String[]::new);
    }

    /** But for what is another's each time: ids and times. */
    private static void same(Answer direct, Answer ordinary) {
        assertThat(direct.status()).isEqualTo(ordinary.status());
        assertThat(withoutIds(direct.body())).isEqualTo(withoutIds(ordinary.body()));
        assertThat(new TreeSet<>(direct.headers().map().keySet()))
                .isEqualTo(new TreeSet<>(ordinary.headers().map().keySet()));
        assertThat(direct.header("Content-Type")).isEqualTo(ordinary.header("Content-Type"));
    }

    private static String withoutIds(String body) {
        return body.replaceAll("(req|act)_[0-9a-f]{32}", "$1").replaceAll("20[0-9]{2}-[0-9:.TZ-]+", "then");
    }
}
