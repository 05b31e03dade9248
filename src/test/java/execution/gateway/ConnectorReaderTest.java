package execution.gateway;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tenancy.Refusal;

class ConnectorReaderTest {

    private static final String URL = "https://api.example.com";
    private static final String READ = "\"method\":\"GET\",\"path\":\"/x\",\"effect\":\"read\",\"argument_schema\":{}";

    @ParameterizedTest
    @ValueSource(strings = {"zendesk", "crm", "mail", "web"})
    void the_demos_documents_are_in_order(String system) {
        TargetSystem target = ConnectorReader.read(Documents.demo(system, "http://127.0.0.1:8090"));

        assertThat(target.host()).isEqualTo("127.0.0.1");
        assertThat(target.mayBePrivate()).isTrue();
        assertThat(target.operations()).isNotEmpty();
    }

    @Test
    void what_is_not_said_has_a_careful_default() {
        TargetSystem target = ConnectorReader.read(Documents.of("HTTPS://API.Example.com/v2/", "", READ));

        assertThat(target.base().toString()).isEqualTo("https://api.example.com/v2");
        assertThat(target.mayBePrivate()).isFalse();
        assertThat(target.maxResponseBytes()).isEqualTo(256 * 1024);
        assertThat(target.totalTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(target.operations().get("op")).isNotNull().satisfies(operation -> {
            assertThat(operation.idempotent()).isTrue();
            assertThat(operation.maxAttempts()).isEqualTo(1);
            assertThat(operation.pool()).isEqualTo("shared");
        });
    }

    @Test
    void expressions_of_all_operations_together_are_bounded() {
        String operation =
                "\"op%d\":{\"method\":\"GET\",\"effect\":\"read\",\"path\":\"/\",\"argument_schema\":{\"type\":\"object\",\"properties\":"
                        + "{\"a\":{\"pattern\":\"^(a?b?){500}%d$\"}}}}";
        String document = "{\"base_url\":\"%s\",\"operations\":{%s}}";
        String some =
                IntStream.range(0, 50).mapToObj(i -> operation.formatted(i, i)).collect(joining(","));
        String many =
                IntStream.range(0, 99).mapToObj(i -> operation.formatted(i, i)).collect(joining(","));

        assertThat(ConnectorReader.read(document.formatted(URL, some)).operations())
                .hasSize(50);
        assertThatThrownBy(() -> ConnectorReader.read(document.formatted(URL, many)))
                .isInstanceOfSatisfying(
                        InvalidConnector.class,
                        refused -> assertThat(refused.fields()).isNotEmpty().allSatisfy(fault -> {
                            assertThat(fault.rule()).isEqualTo("patterns");
                            assertThat(fault.pointer()).endsWith("/argument_schema/properties/a/pattern");
                        }));
    }

    @Test
    void the_same_words_in_another_order_are_the_same_document() {
        String one = "{\"base_url\":\"%s\",\"operations\":{\"op\":{%s}}}".formatted(URL, READ);
        String other = "{ \"operations\": {\"op\":{%s}}, \"base_url\":\"%s\" }".formatted(READ, URL);

        assertThat(ConnectorReader.read(one).digest())
                .isEqualTo(ConnectorReader.read(other).digest());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://api.example.com",
                "file:///etc/passwd",
                "gopher://api.example.com",
                "//api.example.com",
                "api.example.com",
                "http://user@api.example.com",
                "http://user:pass@api.example.com",
                "http://api.example.com@evil.example",
                "http://api.example.com?x=1",
                "http://api.example.com#x",
                "http://api.example.com:0",
                "http://api.example.com:65536",
                "http://api.example.com:8080:80",
                "http://api.example.com/../x",
                "http://api.example.com/%2e%2e/x",
                "http://api.example.com/a\\\\b",
                "http://api.example.com\\\\@evil.example",
                "http://api.example.com\\r\\nX: y",
                "http://api.example.com /",
                "http://api.example.com.",
                "http://[fe80::1%25eth0]",
                "http://[::1",
                "http://ex_ample.com",
                "http://\u2139.example",
                "http:///x",
                "http://"
            })
    void a_base_url_is_a_plain_place(String url) {
        assertThat(pointers(Documents.of(url, "", READ))).containsExactly("/base_url");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/operations/op/path | \"path\":\"/a/../b\"",
                "/operations/op/path | \"path\":\"/a/%2e%2E/b\"",
                "/operations/op/path | \"path\":\"/a%2f..%2fb\"",
                "/operations/op/path | \"path\":\"//evil.example/b\"",
                "/operations/op/path | \"path\":\"/a?b=c\"",
                "/operations/op/path | \"path\":\"/a#b\"",
                "/operations/op/path | \"path\":\"/a b\"",
                "/operations/op/path | \"path\":\"/a\\r\\nb\"",
                "/operations/op/path | \"path\":\"/{nothing}\"",
                "/operations/op/path | \"path\":\"/{a\"",
                "/operations/op/path | \"path\":\"x\"",
                "/operations/op/method | \"method\":\"CONNECT\"",
                "/operations/op/effect | \"effect\":\"none\"",
                "/operations/op/query/q | \"query\":{\"q\":\"arguments.nothing\"}",
                "/operations/op/body | \"body\":{\"a\":\"arguments\"}",
                "/operations/op/max_attempts | \"max_attempts\":6",
                "/operations/op/max_attempts | \"max_attempts\":2,\"idempotent\":false",
                "/operations/op/idempotency_header | \"idempotency_header\":\"Host\"",
                "/operations/op/idempotency_header | \"idempotency_header\":\"X: y\\r\\nZ\"",
                "/operations/op/compensation/operation | \"compensation\":{\"operation\":\"op.undo\"}",
                "/operations/op/backoff | \"backoff\":\"PT2M\"",
                "/operations/op/argument_schema/pattern | \"argument_schema\":{\"pattern\":\"(?=a)\"}",
                "/operations/op/unknown | \"unknown\":1",
                "/operations/op/cost_ms | \"cost_ms\":0",
                "/operations/op/price_micros | \"price_micros\":-1",
                "/operations/op/price_micros_per_token | \"price_micros_per_token\":1.5",
                "/operations/op/tokens_used | \"tokens_used\":\"usage\"",
                "/operations/op/recipients/0 | \"recipients\":[\"arguments.nobody\"]",
            })
    void a_fault_in_an_operation_is_told_where_it_is(String pointer, String member) {
        String name = member.substring(1, member.indexOf('"', 1));
        String operation = READ.replaceAll("\"%s\":(\"[^\"]*\"|\\{}),?".formatted(name), "")
                .replaceAll(",$", "");

        assertThat(pointers(Documents.of(URL, "", member + "," + operation))).containsExactly(pointer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/audience | {\"kind\":\"workload_token\",\"scopes\":[\"a\"]}",
                "/resource | {\"kind\":\"workload_token\",\"scopes\":[\"a\"],\"audience\":\"x\",\"resource\":\"https://x\"}",
                "/scopes | {\"kind\":\"client_credentials\",\"scopes\":[]}",
                "/scopes | {\"kind\":\"client_credentials\"}",
                "/scopes/0 | {\"kind\":\"client_credentials\",\"scopes\":[\"a b\"]}",
                "/audience | {\"kind\":\"client_credentials\",\"scopes\":[\"a\"],\"audience\":\"x\"}",
                "/kind | {\"kind\":\"api_key\",\"scopes\":[\"a\"]}",
                "/lifetime | {\"kind\":\"client_credentials\",\"scopes\":[\"a\"],\"lifetime\":\"PT301S\"}",
                "/lifetime | {\"kind\":\"client_credentials\",\"scopes\":[\"a\"],\"lifetime\":\"PT0S\"}",
                "/token_endpoint | {\"kind\":\"token_exchange\",\"scopes\":[\"a\"],\"token_endpoint\":\"http://a.example\"}",
                "/token_endpoint | {\"kind\":\"token_exchange\",\"scopes\":[\"a\"],\"token_endpoint\":\"https://u@a.example\"}",
                "/token_endpoint | {\"kind\":\"client_credentials\",\"scopes\":[\"a\"],\"token_endpoint\":\"https://a.example\"}",
            })
    void a_fault_in_what_is_handed_out_is_told_where_it_is(String pointer, String handOut) {
        String operation = "\"effect\":\"write\",\"argument_schema\":{},\"hand_out\":" + handOut;

        assertThat(pointers(Documents.of(URL, "", operation))).containsExactly("/operations/op/hand_out" + pointer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"method", "path", "body", "probe", "compensation", "result_schema", "credential", "max_attempts"
            })
    void what_hands_out_does_nothing_else(String member) {
        String operation = """
            "effect":"write","argument_schema":{},"hand_out":{"kind":"client_credentials","scopes":["a"]},"%s":{}\
            """.formatted(member);

        assertThat(pointers(Documents.of(URL, "", operation))).containsExactly("/operations/op/" + member);
    }

    @Test
    void what_hands_out_undoes_nothing_and_looks_for_nothing() {
        String handing = """
            "out":{"effect":"read","argument_schema":{},"hand_out":{"kind":"client_credentials","scopes":["a"]}}\
            """;
        String write = "\"method\":\"POST\",\"path\":\"/\",\"effect\":\"write\",\"argument_schema\":{}";
        assertThat(pointers("""
                {"base_url":"%s","operations":{%s,
                  "undone":{%s,"compensation":{"operation":"out"}},
                  "probed":{%3$s,"probe":{"operation":"out","expect":{"/a":{"const":1}}}}}}\
                """.formatted(URL, handing, write)))
                .containsExactlyInAnyOrder(
                        "/operations/undone/compensation/operation", "/operations/probed/probe/operation");
    }

    @Test
    void what_is_handed_out_is_part_of_what_people_agree_to() {
        String operation =
                "\"effect\":\"write\",\"argument_schema\":{},\"hand_out\":{\"kind\":\"client_credentials\",%s}";
        String narrow = Documents.of(URL, "", operation.formatted("\"scopes\":[\"a\"]"));
        String wide = Documents.of(URL, "", operation.formatted("\"scopes\":[\"a\",\"b\"]"));

        assertThat(Documents.operation(narrow, "op").schemaDigest())
                .isNotEqualTo(Documents.operation(wide, "op").schemaDigest());
        assertThat(Documents.operation(narrow, "op").handsOut()).isTrue();
        assertThat(Documents.operation(narrow, "op").needsCredential()).isTrue();
        assertThat(Documents.operation(narrow, "op").idempotent()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/read_timeout | \"read_timeout\":\"PT61S\"",
                "/read_timeout | \"read_timeout\":\"PT0S\"",
                "/read_timeout | \"read_timeout\":\"5s\"",
                "/max_response_bytes | \"max_response_bytes\":1048577",
                "/allow_private_addresses/0 | \"allow_private_addresses\":[\"*\"]",
                "/allow_private_addresses/0 | \"allow_private_addresses\":[\"Localhost\"]",
                "/allow_private_addresses/0 | \"allow_private_addresses\":[\"10.0.0.0/8\"]",
                "/circuit_breaker/minimum_calls | \"circuit_breaker\":{\"window\":5,\"minimum_calls\":6}",
                "/bulkhead | \"bulkhead\":0",
                "/headers | \"headers\":{}",
            })
    void a_fault_in_the_connector_is_told_where_it_is(String pointer, String member) {
        String document = "{\"base_url\":\"%s\",%s,\"operations\":{\"op\":{%s}}}".formatted(URL, member, READ);

        assertThat(pointers(document)).containsExactly(pointer);
    }

    @Test
    void all_faults_are_told_at_once() {
        assertThat(pointers(Documents.of(
                        "http://u@x", "", READ + ",\"idempotency_header\":\"Cookie\",\"backoff\":\"PT2M\"")))
                .containsExactlyInAnyOrder("/base_url", "/operations/op/idempotency_header", "/operations/op/backoff");
    }

    private static List<String> pointers(String document) {
        @Nullable Refusal refusal = catchThrowableOfType(Refusal.class, () -> ConnectorReader.read(document));
        assertThat(refusal).as("refusal of %s", document).isNotNull();
        return refusal.fields().stream().map(Refusal.FieldError::pointer).toList();
    }
}
