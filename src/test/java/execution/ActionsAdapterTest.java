package execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
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

    private final Given given;
    private Given.Customer acme;

    @Autowired
    ActionsAdapterTest(Given given) {
        this.given = given;
    }

    @BeforeEach
    void register() {
        acme = given.customer();
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
        String sent = body.replace("ENVELOPE", envelope());

        same(acme.agent().post("/v1/actions", sent), acme.agent().post("/v1/actions", sent, ORDINARY));
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

    private String envelope() {
        return """
            {"tenant_id":"%s","workspace_id":"ws_support","agent_id":"support_triage_v4","workflow_run_id":"wr_1",
             "policy_profile":"regulated_support","quota_class":"enterprise_gold","requested_action":"ticket.update",
             "target":{"system":"zendesk","record_id":"zd_1"},"arguments":{"status":"solved"}}\
            """.formatted(acme.tenant());
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
