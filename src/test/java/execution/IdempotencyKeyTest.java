package execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tenancy.InvalidField;

class IdempotencyKeyTest {

    @Test
    void is_what_stands_between_the_quotes() {
        assertThat(IdempotencyKey.of(List.of("\"order-1842\""))).isEqualTo("order-1842");
        assertThat(IdempotencyKey.of(List.of(" \"a b\" "))).isEqualTo("a b");
    }

    @Test
    void may_hold_escaped_quotes_and_backslashes() {
        assertThat(IdempotencyKey.of(List.of("\"a\\\"b\\\\c\""))).isEqualTo("a\"b\\c");
    }

    @Test
    void is_absent_if_the_field_is() {
        assertThat(IdempotencyKey.of(null)).isNull();
        assertThat(IdempotencyKey.of(List.of())).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "order",
                "\"",
                "\"\"",
                "'a'",
                "\"a",
                "a\"",
                "\"a\"b\"",
                "\"a\\\"",
                "\"\\n\"",
                "\"a\u0001\"",
                "\"ä\"",
                "\"a\";p=1",
                ":YQ==:",
                "1",
                "?1"
            })
    void refuses_what_is_no_structured_string(String field) {
        assertThatThrownBy(() -> IdempotencyKey.of(List.of(field)))
                .isInstanceOfSatisfying(
                        InvalidField.class,
                        refusal -> assertThat(refusal.fields())
                                .singleElement()
                                .satisfies(at -> assertThat(at.pointer()).isEqualTo("/Idempotency-Key")));
    }

    @Test
    void is_at_most_255_characters_and_sent_once() {
        assertThat(IdempotencyKey.of(List.of("\"" + "k".repeat(255) + "\""))).hasSize(255);
        assertThatThrownBy(() -> IdempotencyKey.of(List.of("\"" + "k".repeat(256) + "\"")))
                .isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> IdempotencyKey.of(List.of("\"a\"", "\"a\""))).isInstanceOf(InvalidField.class);
    }
}
