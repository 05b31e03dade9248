package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tenancy.Estimate;
import tenancy.Refusal;
import tenancy.Refusal.FieldError;
import tenancy.Target;

class HttpOperationTest {

    private static final Target TICKET = new Target("zendesk", Map.of("record_id", "zd_99102"));

    private final HttpOperation update =
            Documents.operation(Documents.demo("zendesk", "http://127.0.0.1:8090"), "ticket.update");

    @Test
    void what_fits_is_answered_in_canonical_form() {
        assertThat(update.validated(TICKET, "{ \"status\" : \"solved\", \"priority\":\"low\" }"))
                .isEqualTo("{\"priority\":\"low\",\"status\":\"solved\"}");
    }

    @Test
    void everybody_who_is_addressed_is_found() {
        HttpOperation mail = Documents.operation(Documents.demo("mail", "http://127.0.0.1:8090"), "mail.send");

        assertThat(mail.recipients(new Target("mail", Map.of()), """
                        {"subject":"a","text":"ask me@elsewhere.test","to":["Ann <ann@Example.COM>","bob@b.test, eve@evil.test",
                        "\\"x@quoted.test\\"@c.test","nobody"]}\
                        """))
                .containsExactly("b.test", "c.test", "evil.test", "example.com", "nobody", "quoted.test");
        assertThat(update.recipients(TICKET, "{}")).isEmpty();
    }

    @Test
    void an_estimate_follows_from_price_tokens_and_what_is_stored() {
        HttpOperation operation = Documents.operation(Documents.of("http://127.0.0.1:1", "", """
                        "method":"POST","path":"/x","effect":"write","argument_schema":{"additionalProperties":true},
                        "cost_ms":50,"price_micros":7,"price_micros_per_token":3,"stores":true\
                        """), "op");

        assertThat(operation.estimate(10, "{\"a\":\"é\"}")).isEqualTo(new Estimate(50, 10, 37, 10));
        assertThat(update.estimate(0, "{\"status\":\"open\"}").bytes()).isZero();
    }

    @Test
    void every_field_that_is_wrong_is_told() {
        Refusal refused = refusal(
                update,
                new Target("zendesk", Map.of("record_id", "../1", "shard", "eu")),
                "{\"status\":\"gone\",\"x\":1}");

        assertThat(refused.code()).isEqualTo("invalid_arguments");
        assertThat(refused.fields())
                .extracting(FieldError::pointer)
                .containsExactlyInAnyOrder("/target/record_id", "/target/shard", "/arguments/status", "/arguments/x");
    }

    @Test
    void what_is_required_is_told_where_it_should_be() {
        assertThat(refusal(update, new Target("zendesk", Map.of()), "{\"status\":\"open\"}")
                        .fields())
                .extracting(FieldError::pointer)
                .containsExactly("/target/record_id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "\"solved\"", "1", "{}"})
    void arguments_are_an_object_as_described(String arguments) {
        assertThat(refusal(update, TICKET, arguments).fields())
                .extracting(FieldError::pointer)
                .containsExactly("/arguments");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                ".",
                "...",
                "../../admin",
                "a/b",
                "/",
                "a\\b",
                "..\\..\\x",
                "",
                "a\r\nX: y",
                "a\0b",
                "a\u0085b",
                "a\tb"
            })
    void a_value_never_changes_the_shape_of_the_path(String value) {
        HttpOperation open = open("GET", "/tickets/{record_id}/notes");

        assertThat(refusal(open, new Target("zendesk", Map.of("record_id", value)), "{}")
                        .fields())
                .extracting(FieldError::pointer)
                .containsExactly("/target/record_id");
    }

    @Test
    void a_value_is_encoded_where_it_stands() {
        HttpOperation open = open("GET", "/tickets/{record_id}/notes");

        assertThat(path(open, "a?b=c#d;e%2f..%00 é&=+@:", "{}"))
                .isEqualTo("/tickets/a%3Fb%3Dc%23d%3Be%252f..%2500%20%C3%A9%26%3D%2B%40%3A/notes");
    }

    @Test
    void arguments_of_a_read_are_its_query_and_encoded() {
        HttpOperation open = open("GET", "/tickets/{record_id}");

        assertThat(path(open, "zd_1", "{\"q\":\"a&admin=1#x\",\"n\":5,\"tags\":[\"a\",\"b c\"],\"gone\":null}"))
                .isEqualTo("/tickets/zd_1?n=5&q=a%26admin%3D1%23x&tags=a&tags=b%20c");
    }

    @Test
    void a_query_takes_no_objects() {
        HttpOperation open = open("GET", "/tickets/{record_id}");

        assertThat(refusal(open, TICKET, "{\"q\":{\"a\":1}}").fields())
                .extracting(FieldError::pointer)
                .containsExactly("/arguments/q");
    }

    @Test
    void an_argument_in_the_path_is_not_repeated_in_the_query() {
        HttpOperation open = open("DELETE", "/tickets/{record_id}/{arguments.q}");

        assertThat(path(open, "zd_1", "{\"q\":7,\"n\":1}")).isEqualTo("/tickets/zd_1/7?n=1");
    }

    @Test
    void a_body_can_be_shaped() {
        HttpOperation shaped = Documents.operation(Documents.of("https://x.example", "", """
            "method":"POST","path":"/","effect":"write","query":{"v":"arguments.n"},
            "body":{"ticket":"arguments","id":"target.record_id"},
            "target_schema":{"properties":{"record_id":{}}},
            "argument_schema":{"properties":{"n":{}}}\
            """), "op");

        RequestShape.Request request = request(shaped, "zd_1", "{\"n\":1}");

        assertThat(request.pathAndQuery()).isEqualTo("/?v=1");
        assertThat(request.body()).isEqualTo("{\"id\":\"zd_1\",\"ticket\":{\"n\":1}}");
    }

    @Test
    void a_record_id_that_would_be_rounded_is_refused() {
        assertThatThrownBy(() -> open("GET", "/{record_id}").validated(TICKET, "{\"n\":9007199254740993}"))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void the_digest_of_the_schemas_changes_with_them() {
        String document = Documents.demo("zendesk", "http://127.0.0.1:8090");
        String changed = document.replace("\"solved\"]", "\"solved\",\"closed\"]");

        assertThat(Documents.operation(changed, "ticket.update").schemaDigest()).isNotEqualTo(update.schemaDigest());
        assertThat(Documents.operation(changed, "ticket.read").schemaDigest())
                .isEqualTo(Documents.operation(document, "ticket.read").schemaDigest());
    }

    private static HttpOperation open(String method, String path) {
        return Documents.operation(Documents.of("https://x.example", "", """
            "method":"%s","path":"%s","effect":"read","target_schema":{"properties":{"record_id":{}}},
            "argument_schema":{"properties":{"q":{}},"additionalProperties":true}\
            """.formatted(method, path)), "op");
    }

    private static String path(HttpOperation operation, String recordId, String arguments) {
        return request(operation, recordId, arguments).pathAndQuery();
    }

    private static RequestShape.Request request(HttpOperation operation, String recordId, String arguments) {
        Target target = new Target("zendesk", Map.of("record_id", recordId));
        String canonical = operation.validated(target, arguments);
        List<FieldError> faults = new ArrayList<>();
        return operation.described().request().request(target, CanonicalJson.read(canonical, ""), canonical, faults);
    }

    private static Refusal refusal(HttpOperation operation, Target target, String arguments) {
        Refusal refused = catchThrowableOfType(Refusal.class, () -> operation.validated(target, arguments));
        assertThat(refused).isNotNull();
        return refused;
    }
}
