package policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

class PolicyYamlTest {

    private final JsonMapper json = new JsonMapper();
    private final PolicyYaml yaml = new PolicyYaml(json);

    @Test
    void says_the_same_as_the_json() {
        assertThat(read("""
                # an exception
                document:
                  rules:
                    - id: tickets
                      effect: allow
                      operations: [ticket.*, "*"]
                      expires_at: 2026-12-01T00:00:00Z
                      words: >-
                        Agents may
                        work on tickets.
                  model_tokens: {gpt-*: 1000}
                comment: no
                """)).isEqualTo(json.readTree("""
                {"document":{"rules":[{"id":"tickets","effect":"allow","operations":["ticket.*","*"],
                 "expires_at":"2026-12-01T00:00:00Z","words":"Agents may work on tickets."}],
                 "model_tokens":{"gpt-*":1000}},"comment":"no"}"""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: &x [1]\nb: *x",
                "a: !!binary aGk=",
                "a: !thing {b: 1}",
                "a: 1\na: 2",
                "a: 1\n---\nb: 2",
                "a: [1, 2",
                "a: \"unclosed"
            })
    void what_json_has_no_word_for_is_refused(String document) {
        assertThatThrownBy(() -> read(document)).isInstanceOf(JacksonException.class);
    }

    @Test
    void aliases_cannot_make_it_grow() {
        String laughs = """
            a: &a ["lol","lol","lol","lol","lol","lol","lol","lol","lol"]
            b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
            c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
            """;
        assertThatThrownBy(() -> read(laughs)).isInstanceOf(JacksonException.class);
    }

    @Test
    void depth_is_bounded() {
        String deep = "[".repeat(2_000) + "]".repeat(2_000);
        assertThatThrownBy(() -> read(deep)).isInstanceOf(RuntimeException.class);
    }

    private tools.jackson.databind.JsonNode read(String document) {
        return json.readTree(yaml.asJson(document.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void what_is_written_is_read_as_the_same() {
        String document = """
            {"document":{"rules":[{"id":"no","effect":"allow","operations":["*","true","1e3","2026-12-01"],
              "when":"arguments.text == 'a: b' && size(arguments) > 1 # not a comment","words":"- > | \\" ' äö 😀"}],
             "model_tokens":{"*":8000,"null":1},"data_classes":["~","","yes"],"words":"%s"}}\
            """.formatted("word ".repeat(100));

        byte[] written = yaml.asYaml(document.getBytes(StandardCharsets.UTF_8));

        assertThat(json.readTree(yaml.asJson(written))).isEqualTo(json.readTree(document));
    }
}
