package quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tenancy.InvalidField;
import tenancy.NotFound;

class LimitNameTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tokens_per_minute",
                "tokens_per_day",
                "tool_calls_per_day:zendesk",
                "tool_calls_per_day:zendesk/ticket.update",
                "tool_calls_per_hour",
                "high_risk_per_day",
                "cost_micros_per_day",
                "cost_micros_per_month",
                "storage_bytes_per_month",
                "run_actions",
                "run_depth"
            })
    void a_class_may_name_it(String name) {
        assertThat(Envelopes.limits(1, 1, Map.of(name, 5L)).checked().of(LimitName.of(name)))
                .isEqualTo(5);
        assertThat(Envelopes.limits(1, 1).of(LimitName.of(name))).isEqualTo(Limits.UNLIMITED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tokens",
                "tokens_per_year",
                "token_per_day",
                "tool_calls_per_day",
                "requests_per_second",
                "tool_calls_per_day:",
                "tool_calls_per_day:zendesk/",
                "tool_calls_per_day:zen desk",
                "tool_calls_per_day:zendesk/a/b",
                "run_wishes",
                ""
            })
    void a_class_may_not_name_it_beside_its_own(String name) {
        assertThatThrownBy(() -> Envelopes.limits(1, 1, Map.of(name, 5L)).checked())
                .isInstanceOfSatisfying(
                        InvalidField.class,
                        wrong -> assertThat(wrong.fields().getFirst().pointer())
                                .isEqualTo("/counted/" + name.replace("/", "~1")));
    }

    @Test
    void a_value_must_be_there_and_in_range() {
        Map<String, Long> nothing = new HashMap<>();
        nothing.put("tokens_per_day", null);
        assertThatThrownBy(() -> Envelopes.limits(1, 1, nothing).checked()).isInstanceOf(InvalidField.class);
        for (long value : new long[] {-1, Counted.MOST + 1}) {
            assertThatThrownBy(() -> Envelopes.limits(1, 1, Map.of("tokens_per_day", value))
                            .checked())
                    .isInstanceOf(InvalidField.class);
        }
    }

    @Test
    void a_class_names_a_bounded_number() {
        Map<String, Long> many = new HashMap<>();
        for (int system = 0; system <= Limits.MOST_COUNTED; system++) {
            many.put("tool_calls_per_day:system_" + system, 1L);
        }
        assertThatThrownBy(() -> Envelopes.limits(1, 1, many).checked()).isInstanceOf(InvalidField.class);
    }

    @Test
    void what_is_no_limit_is_not_found() {
        assertThatThrownBy(() -> LimitName.of("wishes_per_day")).isInstanceOf(NotFound.class);
        assertThat(LimitName.of("weight").isOfScopes()).isFalse();
        assertThat(LimitName.of("tool_calls_per_day").isOfScopes()).isTrue();
    }
}
