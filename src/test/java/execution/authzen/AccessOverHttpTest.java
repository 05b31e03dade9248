package execution.authzen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.Given.Customer;
import platform.PlatformTest;
import platform.TestClient.Answer;

/** The AuthZEN Authorization API, as its clients use it. */
@PlatformTest
class AccessOverHttpTest {

    private static final String ONE = "/access/v1/evaluation";
    private static final String MANY = "/access/v1/evaluations";
    private static final String POLICY = """
        {"document":{"rules":[{"id":"tickets","effect":"allow","operations":["ticket.*"]},
          {"id":"no-burning","effect":"deny","operations":["ticket.burn"],"words":"Tickets are not burnt."}],
         "destinations":{"allow":["*"]},"data_classes":["internal"]}}\
        """;
    private static final String CONNECTOR = """
        {"base_url":"http://127.0.0.1:9/","allow_private_addresses":["127.0.0.1"],"operations":{
          "ticket.update":{"method":"POST","path":"/t/{record_id}","effect":"write",
            "target_schema":{"type":"object","required":["record_id"],"properties":{"record_id":{"type":"string"}}},
            "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}}},
          "ticket.burn":{"method":"POST","path":"/t/{record_id}","effect":"write",
            "target_schema":{"type":"object","required":["record_id"],"properties":{"record_id":{"type":"string"}}},
            "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}}}}}\
        """;
    private static final String REQUEST = """
        {"subject":{"type":"agent","id":"support_triage_v4","department":"ignored"},
         "action":{"name":"%s","properties":{"arguments":{"status":"solved"}}},
         "resource":{"type":"zendesk","id":"zd_1"},"context":{"data_classes":["internal"]},"novelty":1}\
        """;

    private final Given given;
    private final Customer customer;

    @Autowired
    AccessOverHttpTest(Given given) {
        this.given = given;
        this.customer = given.customer();
        given.operator()
                .put("/v1/connectors/zendesk?tenant=" + customer.tenant(), CONNECTOR)
                .expect(201);
        customer.admin().put("/v1/policies/" + Given.PROFILE, POLICY).expect(201);
    }

    @Test
    void a_yes_and_a_no_are_both_answers_and_unknown_fields_are_ignored() {
        Answer yes = customer.agent()
                .post(ONE, REQUEST.formatted("ticket.update"), "X-Request-ID", "mine 1/2")
                .expect(200);
        assertThat(yes.at("/decision")).isEqualTo("true");
        assertThat(yes.at("/context/reason")).isEqualTo("allowed");
        assertThat(yes.header("X-Request-ID")).isEqualTo("mine 1/2");

        Answer no = customer.agent().post(ONE, REQUEST.formatted("ticket.burn")).expect(200);
        assertThat(no.at("/decision")).isEqualTo("false");
        assertThat(no.at("/context/reason")).isEqualTo("denied");
        assertThat(no.at("/context/verdict/reasons/0/words")).isEqualTo("Tickets are not burnt.");
        assertThat(no.at("/context/verdict/remedy")).isNotEmpty();
    }

    @Test
    void what_cannot_be_decided_is_a_no_that_says_why() {
        Answer unknown =
                customer.admin().post(ONE, REQUEST.formatted("ticket.frame")).expect(200);
        assertThat(unknown.at("/decision")).isEqualTo("false");
        assertThat(unknown.at("/context/reason")).isEqualTo("unknown_operation");
        assertThat(unknown.at("/context/error/status")).isEqualTo("403");

        Answer other = customer.agent()
                .post(ONE, REQUEST.formatted("ticket.update").replace("support_triage_v4", "another"))
                .expect(200);
        assertThat(other.at("/decision")).isEqualTo("false");
        assertThat(other.at("/context/reason")).isEqualTo("envelope_mismatch");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "{\"subject\":\"agent\"}",
                "{\"subject\":{\"type\":\"agent\",\"id\":7},\"action\":{\"name\":\"a\"},"
                        + "\"resource\":{\"type\":\"zendesk\",\"id\":\"x\"}}",
                "{\"subject\":{\"type\":\"user\",\"id\":\"u\"},\"action\":{\"name\":\"a\"},"
                        + "\"resource\":{\"type\":\"zendesk\",\"id\":\"x\"}}",
                "{\"subject\":{\"type\":\"agent\",\"id\":\"u\"},\"action\":{\"name\":\"a\",\"properties\":[]},"
                        + "\"resource\":{\"type\":\"zendesk\",\"id\":\"x\"}}",
                "{\"subject\":"
            })
    void what_is_malformed_or_mistyped_is_400_and_gets_its_id_back(String body) {
        Answer refused = customer.admin().post(ONE, body, "X-Request-ID", "abc").expect(400);
        assertThat(refused.header("X-Request-ID")).isEqualTo("abc");
        customer.admin().post(MANY, body).expect(400);
    }

    @Test
    void several_are_answered_in_their_order_with_defaults_from_around_them() {
        String update = "{\"action\":{\"name\":\"ticket.update\"}}";
        String burn = "{\"action\":{\"name\":\"ticket.burn\"}}";

        Answer all = customer.agent()
                .post(MANY, batch("execute_all", update, burn, update))
                .expect(200);
        assertThat(decisions(all)).isEqualTo("true,false,true");
        Answer denied = customer.agent()
                .post(MANY, batch("deny_on_first_deny", update, burn, update))
                .expect(200);
        assertThat(decisions(denied)).isEqualTo("true,false");
        Answer permitted = customer.agent()
                .post(MANY, batch("permit_on_first_permit", burn, update, burn))
                .expect(200);
        assertThat(decisions(permitted)).isEqualTo("false,true");
        customer.agent().post(MANY, batch("whenever", burn)).expect(400);
        assertThat(customer.agent()
                        .post(MANY, REQUEST.formatted("ticket.update"))
                        .expect(200)
                        .at("/decision"))
                .isEqualTo("true");
    }

    @Test
    void it_is_found_where_clients_look_for_it_and_only_by_its_own_tenant() {
        Answer own = customer.agent()
                .get("/.well-known/authzen-configuration/" + customer.tenant())
                .expect(200);
        assertThat(own.at("/policy_decision_point")).endsWith("/" + customer.tenant());
        assertThat(own.at("/access_evaluation_endpoint")).contains(ONE);
        assertThat(customer.agent()
                        .get("/.well-known/authzen-configuration")
                        .expect(200)
                        .at("/access_evaluations_endpoint"))
                .endsWith(MANY);
        given.customer()
                .agent()
                .get("/.well-known/authzen-configuration/" + customer.tenant())
                .expect(403);
        given.anybody().get("/.well-known/authzen-configuration").expect(401);
        given.anybody().post(ONE, REQUEST.formatted("ticket.update")).expect(401);
    }

    private static String batch(String semantic, String... evaluations) {
        return """
            {"subject":{"type":"agent","id":"support_triage_v4"},"resource":{"type":"zendesk","id":"zd_1"},
             "options":{"evaluations_semantic":"%s"},"evaluations":[%s]}\
            """.formatted(semantic, String.join(",", evaluations));
    }

    private static String decisions(Answer answer) {
        return String.join(
                ",",
                answer.json()
                        .path("evaluations")
                        .valueStream()
                        .map(one -> one.path("decision").asString())
                        .toList());
    }
}
