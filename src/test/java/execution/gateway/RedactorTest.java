package execution.gateway;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import secrets.Concealed;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class RedactorTest {

    private static final String ALPHABET = "abcXYZ019+/=_-~ \"\\&%?üß€";

    private static final Duration SOON = Duration.ofSeconds(5);

    private final Redactor redactor = new Redactor();

    @Test
    void leaves_what_holds_no_secret_byte_for_byte() {
        redactor.add(List.of(new Concealed("correct-horse")));

        String answer = "{ \"b\": 1.50, \"a\": \"caf\\u00e9\" }";

        assertThat(redactor.json(answer, "/result")).isSameAs(answer);
        assertThat(redactor.redactions()).isEmpty();
    }

    @Test
    void tells_what_it_took_out_where_and_how_often_and_never_what() {
        redactor.add(List.of(new Concealed("correct-horse")));

        String clean = redactor.json(
                "{\"token\":\"is correct-horse or correct-horse\",\"correct-horse\":[{\"x/y\":\"correct-horse\"}]}",
                "/result");

        assertThat(clean)
                .isEqualTo("{\"token\":\"is [redacted] or [redacted]\",\"[redacted]\":[{\"x/y\":\"[redacted]\"}]}");
        assertThat(redactor.redactions())
                .containsExactly(
                        new Redaction("leased_value", "/result/token", 2),
                        new Redaction("leased_value", "/result", 1),
                        new Redaction("leased_value", "/result/[redacted]/0/x~1y", 1));
    }

    @Test
    void names_that_become_alike_stay_apart_and_short() {
        StringBuilder answer = new StringBuilder("{\"[redacted]_2\":0");
        for (int i = 0; i < 20_000; i++) {
            answer.append(",\"AKIA%016d\":%d".formatted(i, i));
        }
        answer.append('}');

        String clean = assertTimeoutPreemptively(SOON, () -> redactor.json(answer.toString(), "/result"));

        JsonNode object = CanonicalJson.read(clean, "");
        assertThat(object.size()).isEqualTo(20_001);
        assertThat(object.get("[redacted]").intValue()).isZero();
        assertThat(object.get("[redacted]_1").intValue()).isEqualTo(1);
        assertThat(object.get("[redacted]_2").intValue()).isZero();
        assertThat(object.get("[redacted]_3").intValue()).isEqualTo(2);
        assertThat(clean.length()).isLessThan(answer.length());
        assertThat(redactor.redactions()).containsExactly(new Redaction("aws_access_key", "/result", 20_000));
    }

    @Test
    void what_is_below_long_names_does_not_repeat_them() {
        String above = "{\"%s\":".formatted("n".repeat(8_000)).repeat(50);
        String members = IntStream.range(0, 50_000)
                .mapToObj(i -> ",\"m%d\":1".formatted(i))
                .collect(joining());
        String answer = above + "[\"AKIA0000000000000000\"" + ",1".repeat(200_000) + ",{\"m\":1" + members + "}]"
                + "}".repeat(50);

        String clean = assertTimeoutPreemptively(SOON, () -> redactor.json(answer, "/result"));

        assertThat(clean).isEqualTo(answer.replace("AKIA0000000000000000", "[redacted]"));
        assertThat(redactor.redactions())
                .extracting(Redaction::pointer)
                .containsExactly(("/result/" + "n".repeat(200)).substring(0, 200));
    }

    @Test
    void a_value_split_between_many_texts_is_found_in_each_without_going_through_all() {
        redactor.add(List.of(new Concealed("correct-horse")));
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            texts.add("correct-");
            texts.add("");
            texts.add("horse");
        }

        List<String> clean = assertTimeoutPreemptively(SOON, () -> redactor.texts(texts, "/result"));

        assertThat(clean).hasSameSizeAs(texts).containsOnly("[redacted]", "");
        assertThat(String.join("", clean)).isEqualTo("[redacted]".repeat(50_000));
    }

    @Test
    void a_number_that_is_a_secret_becomes_text() {
        redactor.add(List.of(new Concealed("8675309123")));

        assertThat(redactor.json("{\"pin\":8675309123,\"n\":86}", "/result"))
                .isEqualTo("{\"pin\":\"[redacted]\",\"n\":86}");
    }

    @Test
    void values_too_short_to_tell_from_chance_are_left() {
        redactor.add(List.of(new Concealed("12345")));

        assertThat(redactor.json("{\"n\":12345}", "")).isEqualTo("{\"n\":12345}");
    }

    @Test
    void keys_of_known_forms_are_taken_out_whoever_they_belong_to() {
        // Put together here: nothing in this file may look like a key.
        String filler = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8";
        String pem = "-----BEGIN " + "PRIVATE KEY-----\n" + filler + "\n-----END " + "PRIVATE KEY-----";
        List<String> keys = List.of(
                pem,
                "ey" + "J" + filler + "." + filler + "." + filler,
                "AK" + "IA" + "ABCDEFGHIJKLMNOP",
                "gh" + "p_" + filler,
                "github" + "_pat_" + filler,
                "xo" + "xb-" + filler,
                "sk_" + "live_" + filler,
                "AI" + "za" + filler.substring(0, 35));
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < keys.size(); i++) {
            answer.put("k" + i, "before " + keys.get(i) + " after");
        }

        String clean = redactor.json(answer.toString(), "/result");

        JsonNode read = CanonicalJson.read(clean, "");
        for (int i = 0; i < keys.size(); i++) {
            assertThat(read.path("k" + i).stringValue()).isEqualTo("before [redacted] after");
        }
        assertThat(redactor.redactions())
                .extracting(Redaction::kind)
                .containsExactly(
                        "private_key",
                        "jwt",
                        "aws_access_key",
                        "github_token",
                        "github_token",
                        "slack_token",
                        "stripe_key",
                        "google_key");
    }

    @Test
    void a_private_key_that_is_cut_off_is_taken_out_to_the_end() {
        assertThat(redactor.text("x -----BEGIN RSA " + "PRIVATE KEY-----\nMIIE", "/a"))
                .isEqualTo("x [redacted]");
    }

    @Test
    void no_spelling_of_a_leased_value_comes_through_and_json_stays_json() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            String secret = text(random, 8 + random.nextInt(40));
            String spelled = spelled(random, secret);
            String about = text(random, random.nextInt(10)) + " " + spelled + " " + text(random, random.nextInt(10));
            ObjectNode answer = JsonNodeFactory.instance.objectNode();
            ObjectNode at = answer;
            for (int depth = random.nextInt(4); depth > 0; depth--) {
                at = at.putObject("o" + depth);
            }
            if (random.nextBoolean()) {
                at.put("value", about);
            } else {
                at.put(about, "value");
            }
            var each = new Redactor();
            each.add(List.of(new Concealed(secret)));

            String clean = each.json(answer.toString(), "/result");

            assertThat(CanonicalJson.read(clean, "").isObject())
                    .as("seed %d", seed)
                    .isTrue();
            assertThat(clean).as("seed %d, round %d", seed, round).contains(Redactor.PLACE);
            assertThat(everyText(CanonicalJson.read(clean, "")))
                    .as("seed %d, round %d", seed, round)
                    .doesNotContain(spelled);
            assertThat(each.redactions()).as("seed %d", seed).isNotEmpty();
            assertThat(each.redactions().toString()).as("seed %d", seed).doesNotContain(spelled);
        }
    }

    private static String everyText(JsonNode node) {
        var all = new StringBuilder();
        node.properties()
                .forEach(member -> all.append(member.getKey()).append('\n').append(everyText(member.getValue())));
        return node.isString() ? node.stringValue() : all.toString();
    }

    private static String text(Random random, int length) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }

    private static String spelled(Random random, String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        return switch (random.nextInt(8)) {
            case 0 -> secret;
            case 1 -> Base64.getEncoder().encodeToString(bytes);
            case 2 -> Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            case 3 -> Base64.getEncoder().encodeToString(("user:" + secret + ":x").getBytes(StandardCharsets.UTF_8));
            case 4 -> URLEncoder.encode(secret, StandardCharsets.UTF_8);
            case 5 -> URLEncoder.encode(secret, StandardCharsets.UTF_8).replace("+", "%20");
            case 6 -> HexFormat.of().formatHex(bytes).toUpperCase(Locale.ROOT);
            default -> JsonNodeFactory.instance.stringNode(secret).toString();
        };
    }
}
