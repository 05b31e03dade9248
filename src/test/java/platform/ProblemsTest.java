package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import journal.Journal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given.Customer;
import platform.TestClient.Answer;
import tenancy.TenantId;

/** What a caller hears of a request that is wrong: which field, which rule, and nothing of how we are built. */
@PlatformTest
class ProblemsTest {

    private static final String WORKSPACES = "/v1/workspaces";

    private final Given given;
    private final Journal journal;
    private final Customer customer;

    @Autowired
    ProblemsTest(Given given, Journal journal) {
        this.given = given;
        this.journal = journal;
        this.customer = given.customer();
    }

    static Stream<Arguments> wrongBodies() {
        return Stream.of(
                Arguments.of(
                        "unknown_field", "/colour", "{\"workspace_id\":\"ws_x\",\"name\":\"X\",\"colour\":\"red\"}"),
                Arguments.of("wrong_type", "/name", "{\"workspace_id\":\"ws_x\",\"name\":7}"),
                Arguments.of("wrong_type", "/name", "{\"workspace_id\":\"ws_x\",\"name\":true}"),
                Arguments.of("wrong_type", "/name", "{\"workspace_id\":\"ws_x\",\"name\":{\"a\":1}}"),
                Arguments.of("wrong_type", "/name", "{\"workspace_id\":\"ws_x\",\"name\":[\"X\"]}"),
                Arguments.of("required", "/name", "{\"workspace_id\":\"ws_x\"}"),
                Arguments.of("required", "/name", "{\"workspace_id\":\"ws_x\",\"name\":null}"),
                Arguments.of("duplicate_key", "/name", "{\"workspace_id\":\"ws_x\",\"name\":\"X\",\"name\":\"Y\"}"),
                Arguments.of("control_character", "/name", "{\"workspace_id\":\"ws_x\",\"name\":\"X\\u0000\"}"),
                Arguments.of("control_character", "/name", "{\"workspace_id\":\"ws_x\",\"name\":\"\\ud800\"}"),
                Arguments.of("invalid_identifier", "/workspace_id", "{\"workspace_id\":\"ws x\",\"name\":\"X\"}"),
                Arguments.of("invalid_identifier", "/workspace_id", "{\"workspace_id\":\"../x\",\"name\":\"X\"}"),
                Arguments.of("invalid_identifier", "/workspace_id", "{\"workspace_id\":\"\",\"name\":\"X\"}"),
                Arguments.of("malformed", "/name", "{\"workspace_id\":\"ws_x\",\"name\":\"X\""),
                Arguments.of("malformed", "", "{\"workspace_id\":\"ws_x\",\"name\":\"X\"} {}"),
                Arguments.of("malformed", "/name", "{\"workspace_id\":\"ws_x\",\"name\":NaN}"),
                Arguments.of("wrong_type", "", "[]"),
                Arguments.of("wrong_type", "", "\"text\""),
                Arguments.of("required", "", ""),
                Arguments.of("required", "", "null"));
    }

    @ParameterizedTest
    @MethodSource("wrongBodies")
    void a_wrong_body_is_answered_with_rule_and_pointer(String rule, String pointer, String body) {
        assertInvalid(customer.admin().post(WORKSPACES, body), rule, pointer);
        customer.admin().get(WORKSPACES + "/ws_x").expect(404);
    }

    @Test
    void nesting_ends_at_32_levels() {
        String deep = "{\"description\":" + "[".repeat(40) + "]".repeat(40) + "}";
        assertInvalid(customer.admin().put("/v1/connectors/deep", deep), "too_deep", "");
    }

    @Test
    void malformed_utf_8_is_refused() {
        byte[] broken = "{\"workspace_id\":\"ws_x\",\"name\":\"X?\"}".getBytes(StandardCharsets.UTF_8);
        broken[broken.length - 3] = (byte) 0xC3;
        Answer answer = customer.admin().sendBody("POST", WORKSPACES, BodyPublishers.ofByteArray(broken));
        assertInvalid(answer, "malformed", "/name");
    }

    @Test
    void a_body_over_one_mebibyte_is_refused_whether_announced_or_not() {
        byte[] large = new byte[1024 * 1024 + 1];
        Arrays.fill(large, (byte) ' ');
        Answer announced = customer.admin().sendBody("POST", WORKSPACES, BodyPublishers.ofByteArray(large));
        assertThat(announced.expect(413).at("/code")).isEqualTo("body_too_large");
        Answer chunked = customer.admin()
                .sendBody("POST", WORKSPACES, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)));
        assertThat(chunked.expect(413).at("/code")).isEqualTo("body_too_large");
    }

    @Test
    void what_spring_refuses_looks_like_what_we_refuse() {
        Answer method = customer.admin().send("PUT", WORKSPACES, "{}");
        assertThat(method.expect(405).at("/code")).isEqualTo("method_not_allowed");
        assertThat(method.header("Allow")).contains("GET").contains("POST");
        Answer type = customer.admin().post(WORKSPACES, "{}", "Content-Type", "text/plain");
        assertThat(type.expect(415).at("/code")).isEqualTo("unsupported_media_type");
        Answer accept = customer.admin().send("GET", WORKSPACES, null, "Accept", "image/png");
        assertThat(accept.expect(406).at("/code")).isEqualTo("not_acceptable");
        assertThat(customer.admin().get("/v1/nothing").expect(404).at("/code")).isEqualTo("no_such_route");
        assertInvalid(customer.admin().get(WORKSPACES + "?limit=many"), "wrong_type", "/limit");
        assertInvalid(customer.admin().get(WORKSPACES + "?cursor=%20junk"), "unknown_cursor", "/cursor");
    }

    @Test
    void every_answer_has_a_request_id_and_keeps_a_good_one_that_it_was_given() {
        Answer given = customer.admin().send("GET", "/v1/nothing", null, "Request-Id", "trace-42");
        assertThat(given.header("Request-Id")).isEqualTo("trace-42");
        assertThat(given.at("/request_id")).isEqualTo("trace-42");
        Answer bad = customer.admin().send("GET", "/v1/nothing", null, "Request-Id", "x{y}");
        assertThat(bad.header("Request-Id")).startsWith("req_").isEqualTo(bad.at("/request_id"));
    }

    @Test
    void a_refusal_leads_to_its_explanation() {
        Answer refused = customer.admin().get("/v1/nothing");
        Answer page = given.anybody().get(refused.at("/type")).expect(200);
        assertThat(page.body()).contains("no_such_route").contains("404");
        given.anybody().get("/problems/%3Cscript%3E").expect(404);
    }

    @Test
    void requests_that_never_reach_a_servlet_tell_nothing_about_tomcat() throws IOException {
        for (String request : new String[] {
            "GET /v1/<> HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /v1/%2e%2e%2f HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
            "BREAK\r\n\r\n"
        }) {
            assertThat(raw(request).toLowerCase(Locale.ROOT))
                    .doesNotContain("tomcat")
                    .doesNotContain("apache")
                    .doesNotContain("java")
                    .doesNotContain("exception");
        }
    }

    @Test
    void a_refusal_is_in_the_journal_of_whoever_asked() {
        customer.admin()
                .post(WORKSPACES, "{\"workspace_id\":\"ws_x\",\"name\":\"X\",\"colour\":\"red\"}")
                .expect(400);
        List<Journal.Entry> refused = journal.read(
                new TenantId(customer.tenant()),
                new Journal.Filter(null, null, null, "request_refused", null, null),
                0,
                10);
        assertThat(refused)
                .extracting(entry -> new String(entry.payload(), StandardCharsets.UTF_8))
                .singleElement()
                .asString()
                .contains(WORKSPACES)
                .contains("/colour");
    }

    private String raw(String request) throws IOException {
        int port = given.anybody().platform().getPort();
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static void assertInvalid(Answer answer, String rule, String pointer) {
        answer.expect(400);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.at("/code")).isEqualTo("invalid_request");
        assertThat(answer.at("/errors/0/rule")).as(answer.body()).isEqualTo(rule);
        assertThat(answer.at("/errors/0/pointer")).as(answer.body()).isEqualTo(pointer);
        assertThat(answer.body())
                .doesNotContain("Exception")
                .doesNotContain("java.")
                .doesNotContain("tools.jackson");
    }
}
