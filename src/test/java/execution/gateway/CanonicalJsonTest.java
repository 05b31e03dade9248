package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import org.erdtman.jcs.JsonCanonicalizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tenancy.InvalidField;

class CanonicalJsonTest {

    @Test
    void the_example_of_rfc_8785_has_its_canonical_form() {
        String example = """
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
              "literals": [null, true, false]
            }\
            """;

        assertThat(canonical(example))
                .isEqualTo("{\"literals\":[null,true,false],"
                        + "\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                        + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }

    @Test
    void what_is_below_long_names_does_not_repeat_them() {
        String above = "{\"%s\":".formatted("n".repeat(8_000)).repeat(50);
        String value = above + "[" + "1,".repeat(200_000) + "1]" + "}".repeat(50);

        assertThat(assertTimeoutPreemptively(Duration.ofSeconds(5), () -> canonical(value)))
                .isEqualTo(value);
    }

    @Test
    void names_are_sorted_as_rfc_8785_sorts_them() {
        String example = """
            {"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
             "\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}\
            """;

        assertThat(canonical(example))
                .isEqualTo("{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
                        + "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
                        + "\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "0.0, 0",
        "-0.0, 0",
        "5e-324, 5e-324",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "9007199254740992, 9007199254740992",
        "-9007199254740992, -9007199254740992",
        "9.999999999999997e22, 9.999999999999997e+22",
        "1e23, 1e+23",
        "1.0000000000000001e23, 1.0000000000000001e+23",
        "999999999999999700000.0, 999999999999999700000",
        "0.000001, 0.000001",
        "333333333.3333332, 333333333.3333332",
        "1424953923781206.2, 1424953923781206.2"
    })
    void numbers_are_written_as_ecmascript_writes_them(String sent, String written) {
        assertThat(canonical(sent)).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740993",
                "12345678901234567890",
                "1e400",
                "-1e400",
                "1e1000000000",
                "0.1000000000000000055511151231257827"
            })
    void numbers_that_would_be_rounded_are_refused(String number) {
        assertThatThrownBy(() -> canonical("{\"record\":[%s]}".formatted(number)))
                .isInstanceOfSatisfying(
                        InvalidField.class,
                        refused -> assertThat(refused.fields().getFirst().pointer())
                                .isEqualTo("/arguments/record/0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\":1,\"a\":2}", "{} {}", "NaN", "'a'", "{\"a\":01}", "\"\\ud800\"", "[1,]"})
    void what_is_not_strict_json_is_refused(String json) {
        assertThatThrownBy(() -> canonical(json)).isInstanceOf(InvalidField.class);
    }

    @Test
    void depth_is_bounded() {
        String deep = "[".repeat(CanonicalJson.DEEPEST + 1) + "]".repeat(CanonicalJson.DEEPEST + 1);

        assertThatThrownBy(() -> canonical(deep)).isInstanceOf(InvalidField.class);
    }

    @Test
    void it_agrees_with_the_reference_implementation() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            String json = value(random, 4);
            assertThat(canonical("[" + json + "]"))
                    .isEqualTo(new JsonCanonicalizer("[" + json + "]").getEncodedString());
        }
    }

    private static String canonical(String json) {
        return CanonicalJson.write(CanonicalJson.read(json, "/arguments"), "/arguments");
    }

    private static String value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> Integer.toString(random.nextInt());
            case 1 -> Double.toString(random.nextGaussian() * Math.pow(10, random.nextInt(-20, 20)));
            case 2 -> text(random);
            case 3 -> random.nextBoolean() ? "null" : "true";
            case 4 -> "[" + value(random, depth - 1) + "," + value(random, depth - 1) + "]";
            default ->
                "{%s:%s,\"z\":%s,\"a\":1}"
                        .formatted(
                                "\"k" + random.nextInt(100) + "\"", value(random, depth - 1), value(random, depth - 1));
        };
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append("\\u%04x".formatted(random.nextInt(0xd800)));
        }
        return text.append('"').toString();
    }
}
