package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import secrets.Concealed;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** A stream that says a leased value in pieces. */
class CleanedStreamTest {

    private static final String VALUE = "correct-horse-battery";
    private static final JsonMapper JSON = new JsonMapper();

    private final Redactor redactor = new Redactor();
    private final List<String> passed = new ArrayList<>();
    private final CleanedStream stream = new CleanedStream(redactor, event -> passed.add(event.data()));

    @Test
    void a_value_in_pieces_goes_from_all_of_them() {
        redactor.add(List.of(new Concealed(VALUE)));
        for (String piece : List.of("It is cor", "rect", "-horse-", "battery staple", " again")) {
            next(piece);
        }
        stream.close();

        assertThat(passed).containsExactly("It is [redacted]", "", "", " staple", " again");
        assertThat(redactor.redactions()).containsExactly(new Redaction("leased_value", "/result", 1));
    }

    @Test
    void only_what_may_be_a_beginning_waits_and_only_until_it_is_none() {
        redactor.add(List.of(new Concealed(VALUE)));

        next("plain");
        assertThat(passed).containsExactly("plain");
        next("it is correct");
        assertThat(passed).as("it may go on").containsExactly("plain");
        next("ion");
        assertThat(passed).containsExactly("plain", "it is correct", "ion");
        next("corr");
        stream.close();
        assertThat(passed).endsWith("corr");
        assertThat(redactor.redactions()).isEmpty();
    }

    @Test
    void a_call_without_a_credential_waits_for_nothing() {
        next(VALUE);
        next("c");
        assertThat(passed).containsExactly(VALUE, "c");
    }

    /** However it is spelled, and wherever it is cut: who puts all pieces together has no value, and loses nothing else. */
    @Test
    void no_way_to_cut_it_gets_a_value_through() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            String secret = text(random, 6 + random.nextInt(40), "abcAB01-_.");
            String spelled = switch (random.nextInt(3)) {
                case 0 -> secret;
                case 1 -> HexFormat.of().formatHex(secret.getBytes(StandardCharsets.UTF_8));
                default -> Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
            };
            String before = text(random, random.nextInt(20), "xyz \n");
            String after = text(random, random.nextInt(20), "xyz \n");
            String whole = before + " " + spelled + " " + after;
            List<String> pieces = cut(whole, random);
            var one = new Redactor();
            one.add(List.of(new Concealed(secret)));
            List<String> out = new ArrayList<>();
            try (var cleaned = new CleanedStream(one, event -> out.add(event.data()))) {
                pieces.forEach(piece -> cleaned.next(new ToolEvent("message", piece, null)));
            }

            String tried = "seed %d, round %d: %s".formatted(seed, round, pieces);
            assertThat(out).as(tried).hasSameSizeAs(pieces);
            // What base64 ends with may come after all that can be told from it has gone.
            assertThat(String.join("", out).replaceFirst("(\\[redacted])[A-Za-z0-9+/]?={0,2} ", "$1 "))
                    .as(tried)
                    .isEqualTo(before + " [redacted] " + after);
            assertThat(joined(one.events(events(pieces), "/result")))
                    .as(tried)
                    .isEqualTo(before + " [redacted] " + after);
        }
    }

    private static String joined(String events) {
        return String.join("", JSON.readTree(events).findValuesAsString("data"));
    }

    private void next(String data) {
        stream.next(new ToolEvent("message", data, null));
    }

    private static String events(List<String> data) {
        ArrayNode events = JSON.createArrayNode();
        data.forEach(one -> events.addObject().put("event", "message").put("data", one));
        return events.toString();
    }

    private static List<String> cut(String text, Random random) {
        List<String> pieces = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int to = Math.min(text.length(), from + random.nextInt(8));
            pieces.add(text.substring(from, to));
            from = to;
        }
        return pieces;
    }

    private static String text(Random random, int length, String alphabet) {
        return random.ints(length, 0, alphabet.length())
                .mapToObj(at -> String.valueOf(alphabet.charAt(at)))
                .collect(Collectors.joining());
    }
}
