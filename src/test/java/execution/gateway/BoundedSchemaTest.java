package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tenancy.Refusal.FieldError;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

class BoundedSchemaTest {

    private static final Duration SOON = Duration.ofSeconds(5);

    private final List<FieldError> faults = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*a){20}", "^([a-zA-Z]+)*$", "(x+x+)+y"})
    void an_expression_that_is_catastrophic_elsewhere_is_matched_in_linear_time(String expression) {
        BoundedSchema schema = compile("{\"type\":\"string\",\"pattern\":\"%s\"}".formatted(expression));
        assertThat(faults).isEmpty();

        assertTimeoutPreemptively(SOON, () -> schema.check(text("a".repeat(50_000) + "!"), ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a)\\\\1",
                "(?=a)b",
                "(?<!a)b",
                "((((a{1000}){1000}){1000}){1000})",
                "(a{0,900}){900}",
                "[",
                "(a{2,}){30000}"
            })
    void an_expression_that_cannot_be_bounded_is_refused(String expression) {
        assertTimeoutPreemptively(
                SOON, () -> compile("{\"properties\":{\"x\":{\"pattern\":\"%s\"}}}".formatted(expression)));

        assertThat(faults).extracting(FieldError::pointer).containsExactly("/argument_schema/properties/x/pattern");
    }

    @Test
    void expressions_that_are_too_large_together_are_refused() {
        String one = "{\"pattern\":\"(a?){1000}b%d\"}";
        compile("{\"allOf\":[%s]}"
                .formatted(IntStream.range(0, 100).mapToObj(one::formatted).collect(Collectors.joining(","))));

        assertThat(faults).extracting(FieldError::rule).containsOnly("patterns");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"pattern\":\"^(a?){99}b\"}", "{\"minLength\":%d}", "{\"const\":\"%d\"}", "{\"maxLength\":9}"})
    void a_text_that_is_looked_at_too_often_is_refused(String keyword) {
        BoundedSchema schema = compile("{\"allOf\":[%s]}"
                .formatted(IntStream.range(0, 200).mapToObj(keyword::formatted).collect(Collectors.joining(","))));
        assertThat(faults).isEmpty();

        List<FieldError> found =
                assertTimeoutPreemptively(SOON, () -> schema.check(text("a".repeat(900_000)), "/text"));

        assertThat(found).extracting(FieldError::rule).containsExactly("too_complex");
    }

    @Test
    void equal_items_are_found_among_many_with_one_hash() {
        BoundedSchema schema = compile("{\"uniqueItems\":true}");
        ArrayNode items = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < 60_000; i++) {
            int bits = i;
            items.add(IntStream.range(0, 16)
                    .mapToObj(bit -> (bits >> bit & 1) == 1 ? "Aa" : "BB")
                    .collect(Collectors.joining()));
        }

        assertThat(assertTimeoutPreemptively(SOON, () -> schema.check(items, "")))
                .isEmpty();
        items.add(items.get(7));
        assertThat(assertTimeoutPreemptively(SOON, () -> schema.check(items, "/items")))
                .extracting(FieldError::pointer, FieldError::rule)
                .containsExactly(tuple("/items", "uniqueItems"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[1,1.0]",
                "[0,-0.0]",
                "[10,1e1]",
                "[{\"a\":1,\"b\":[2]},{\"b\":[2.0],\"a\":1}]",
                "[\"a\",\"b\",\"a\"]",
                "[null,null]",
                "[1e999999999,1e999999999]"
            })
    void items_are_equal_as_values(String items) {
        assertThat(compile("{\"uniqueItems\":true}").check(json(items), "")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[1,\"1\"]",
                "[true,\"true\"]",
                "[[],{}]",
                "[[1,2],[12],[[1],2]]",
                "[\"\",\"1\\\"\"]",
                "[{\"a\":\"b\"},{\"ab\":\"\"}]",
                "{\"a\":1,\"b\":1}",
                "\"aa\""
            })
    void items_that_look_alike_are_not_equal(String items) {
        assertThat(compile("{\"uniqueItems\":true}").check(json(items), "")).isEmpty();
    }

    @Test
    void what_takes_longer_is_checked_on_a_thread_that_the_kernel_interrupts() throws InterruptedException {
        BoundedSchema schema = compile("{\"items\":{\"type\":\"integer\"}}");
        Set<Boolean> virtual = Collections.synchronizedSet(new LinkedHashSet<>());
        ArrayNode items = watched(virtual);
        IntStream.range(0, 10_000).forEach(items::add);
        items.add("none");
        List<FieldError> found = new ArrayList<>();
        Thread.ofVirtual()
                .start(() -> found.addAll(schema.check(new TenantId("acme"), items, "/items")))
                .join();

        assertThat(found).extracting(FieldError::pointer).containsExactly("/items/10000");
        assertThat(virtual).containsExactly(true, false);
    }

    @Test
    void what_takes_a_moment_is_checked_where_it_is_asked_for() throws InterruptedException {
        BoundedSchema schema = compile("{\"items\":{\"type\":\"integer\"}}");
        Set<Boolean> virtual = Collections.synchronizedSet(new LinkedHashSet<>());
        ArrayNode items = watched(virtual);
        items.add(1);
        items.add("none");
        List<FieldError> found = new ArrayList<>();
        Thread.ofVirtual()
                .start(() -> found.addAll(schema.check(new TenantId("acme"), items, "/items")))
                .join();

        assertThat(found).extracting(FieldError::pointer).containsExactly("/items/1");
        assertThat(virtual).containsExactly(true);
    }

    /** @param virtual is told of each thread that looks at it, whether it is one */
    private static ArrayNode watched(Set<Boolean> virtual) {
        return new ArrayNode(JsonNodeFactory.instance) {
            @Override
            public int size() {
                virtual.add(Thread.currentThread().isVirtual());
                return super.size();
            }
        };
    }

    @Test
    void names_of_pattern_properties_are_expressions_too() {
        compile("{\"patternProperties\":{\"(?=a)\":true}}");

        assertThat(faults).extracting(FieldError::rule).containsExactly("pattern");
    }

    @Test
    void equal_schemas_are_compiled_once_and_different_ones_are_not_confused() {
        BoundedSchema first = compile("{\"type\":\"string\",\"maxLength\":3}");
        BoundedSchema same = compile("{\"maxLength\":3,\"type\":\"string\"}");
        BoundedSchema other = compile("{\"type\":\"string\",\"maxLength\":4}");

        assertThat(same).isSameAs(first);
        assertThat(first.check(text("abcd"), "")).hasSize(1);
        assertThat(other.check(text("abcd"), "")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"$ref\":\"http://169.254.169.254/latest\"}",
                "{\"$ref\":\"file:///etc/passwd\"}",
                "{\"$ref\":\"classpath:application.yml\"}",
                "{\"$dynamicRef\":\"//evil.example/x\"}",
                "{\"allOf\":[{\"$ref\":\"other.json\"}]}",
                "{\"$id\":\"http://evil.example/\"}",
                "{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}",
                "{\"$schema\":\"http://evil.example/meta\"}"
            })
    void a_schema_never_reaches_out(String schema) {
        compile(schema);

        assertThat(faults).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"$ref\":\"#/$defs/nowhere\"}",
                "{\"$ref\":\"#\"}",
                "{\"type\":\"strin\"}",
                "{\"minimum\":\"1\"}",
                "{\"properties\":[]}",
                "{\"required\":\"a\"}",
                "{\"format\":\"regex\"}",
                "{\"format\":\"telephone\"}"
            })
    void a_schema_that_is_none_is_refused(String schema) {
        compile(schema);

        assertThat(faults)
                .isNotEmpty()
                .allSatisfy(fault -> assertThat(fault.pointer()).startsWith("/argument_schema"));
    }

    @Test
    void references_that_multiply_are_given_up() {
        StringBuilder defs = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            defs.append("\"d%d\":{\"anyOf\":[{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"}]},"
                    .formatted(i, i + 1, i + 1));
        }
        String schema = "{\"$ref\":\"#/$defs/d0\",\"$defs\":{%s\"d40\":{\"type\":\"string\"}}}".formatted(defs);

        assertTimeoutPreemptively(SOON, () -> compile(schema));

        assertThat(faults).extracting(FieldError::rule).containsExactly("schema");
    }

    @Test
    void a_value_that_takes_too_long_is_refused() {
        BoundedSchema schema =
                compile("{\"$defs\":{\"n\":{\"anyOf\":[{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/n\"}},"
                        + "{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/n\"}}]}},\"$ref\":\"#/$defs/n\"}");
        assertThat(faults).isEmpty();
        JsonNode deep = CanonicalJson.read("[".repeat(30) + "1" + "]".repeat(30), "");

        List<FieldError> found = assertTimeoutPreemptively(SOON, () -> schema.check(deep, "/arguments"));

        assertThat(found).extracting(FieldError::rule).containsExactly("too_complex");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "date",
                "date-time",
                "time",
                "duration",
                "email",
                "hostname",
                "ipv4",
                "ipv6",
                "uri",
                "uuid",
                "json-pointer"
            })
    void a_format_is_asserted_and_quick_on_any_value(String format) {
        BoundedSchema schema = compile("{\"format\":\"%s\"}".formatted(format));
        assertThat(faults).isEmpty();

        assertTimeoutPreemptively(SOON, () -> {
            for (String part :
                    List.of("a", "a.", "1:", "/", "@", "a@", "\"", "-", "0", "%", "((", "P1", "a-", "~", "é", "/~0")) {
                schema.check(text(part.repeat(1_000 / part.length())), "");
                schema.check(text("a@" + part.repeat(1_990 / part.length())), "");
                schema.check(text(part.repeat(200_000 / part.length())), "");
                schema.check(text(part.repeat(20_000) + "!"), "");
            }
        });
        assertThat(schema.check(text("~ no such thing"), "")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "json-pointer, ''",
        "json-pointer, /a~0/b~1/",
        "email, ada@example.com",
        "hostname, tools.example.com",
        "ipv6, 2001:db8:1234:5678:9abc:def0:192.168.100.100",
        "date-time, 2026-04-26T18:42:00.123456789+02:00",
        "uuid, 01a22eb8-f95c-73d9-8a2b-6530b28780a6"
    })
    void a_format_takes_what_is_one(String format, String value) {
        assertThat(compile("{\"format\":\"%s\"}".formatted(format)).check(text(value), ""))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"json-pointer", "email", "hostname", "uri", "date-time"})
    void a_format_takes_little_of_the_stack(String format) throws InterruptedException {
        BoundedSchema schema = compile("{\"format\":\"%s\"}".formatted(format));
        List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
        var small = new Thread(
                null,
                () -> {
                    for (String part : List.of("/~0", "/ ", "a", "a.", "é", "1")) {
                        var unused = schema.check(text(part.repeat(2_000 / part.length())), "");
                    }
                },
                "small",
                200 * 1024);
        small.setUncaughtExceptionHandler((thread, failed) -> thrown.add(failed));
        small.start();
        small.join();

        assertThat(thrown).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"json-pointer, a", "json-pointer, /~", "json-pointer, /~2", "email, ada", "ipv4, 1.2.3"})
    void a_format_refuses_what_is_none(String format, String value) {
        assertThat(compile("{\"format\":\"%s\"}".formatted(format)).check(text(value), ""))
                .hasSize(1);
    }

    @Test
    void what_a_schema_does_not_mention_is_denied() {
        JsonNode plain = json("{\"properties\":{\"a\":{}}}");
        JsonNode composed = json("{\"allOf\":[{\"properties\":{\"a\":{}}}]}");
        JsonNode open = json("{\"properties\":{\"a\":{}},\"additionalProperties\":true}");

        assertThat(errors(plain, "{\"a\":1,\"b\":1}"))
                .extracting(FieldError::pointer)
                .containsExactly("/b");
        assertThat(errors(composed, "{\"a\":1,\"b\":1}"))
                .extracting(FieldError::pointer)
                .containsExactly("/b");
        assertThat(errors(composed, "{\"a\":1}")).isEmpty();
        assertThat(errors(open, "{\"a\":1,\"b\":1}")).isEmpty();
    }

    @Test
    void errors_name_the_field_and_never_its_value() {
        JsonNode schema = json("""
            {"required":["id"],"properties":{"id":{},"a":{"type":"integer"},"b":{"enum":["x"]},"c":{"const":1},
             "d":{"pattern":"^x$"},"e":{"format":"email"},"f":{"maxLength":2},"g":{"uniqueItems":true},
             "h":{"not":{}},"i":{"type":"object","additionalProperties":false},"j/k":{"type":"null"}}}\
            """);

        List<FieldError> found = errors(schema, """
            {"a":"secret","b":"secret","c":"secret","d":"secret","e":"secret","f":"secret","g":["secret","secret"],
             "h":"secret","i":{"z":"secret"},"j/k":"secret"}\
            """);

        assertThat(found)
                .extracting(FieldError::pointer)
                .containsExactlyInAnyOrder("/id", "/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h", "/i/z", "/j~1k");
        assertThat(found).allSatisfy(fault -> assertThat(fault.detail()).doesNotContain("secret"));
    }

    @Test
    void errors_are_few() {
        BoundedSchema schema = compile("{\"items\":{\"type\":\"string\"}}");
        JsonNode numbers = json("[" + "1,".repeat(5_000) + "1]");

        assertThat(schema.check(numbers, "")).hasSize(20);
    }

    private List<FieldError> errors(JsonNode schema, String value) {
        BoundedSchema compiled =
                BoundedSchema.compile(BoundedSchema.closed(schema), "/argument_schema", new Expressions(), faults);
        assertThat(faults).isEmpty();
        return compiled.check(json(value), "");
    }

    private BoundedSchema compile(String schema) {
        return BoundedSchema.compile(json(schema), "/argument_schema", new Expressions(), faults);
    }

    private static JsonNode json(String json) {
        return CanonicalJson.read(json, "");
    }

    private static JsonNode text(String text) {
        return JsonNodeFactory.instance.stringNode(text);
    }
}
