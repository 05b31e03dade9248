package policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import policy.Verdict.Check;

class CompiledChecksTest {

    private final CompiledChecks checks = new CompiledChecks();

    @Test
    void passes_what_is_plainly_true() {
        assertThat(passes("result.label == 'clean' && result.score < 0.2", "{\"label\":\"clean\",\"score\":0.1}"))
                .isTrue();
        assertThat(passes("result", "true")).isTrue();
    }

    @Test
    void everything_else_is_a_no() {
        assertThat(passes("result.label == 'clean'", "{\"label\":\"dirty\"}")).isFalse();
        assertThat(passes("result.label == 'clean'", "{}")).isFalse();
        assertThat(passes("result.label == 'clean'", "null")).isFalse();
        assertThat(passes("result.label == 'clean'", "")).isFalse();
        assertThat(passes("result.label == 'clean'", "{\"label\":\"clean\"} {}"))
                .isFalse();
        assertThat(passes("result.label", "{\"label\":\"true\"}")).isFalse();
        assertThat(passes("result.score < 0.2", "{\"score\":\"0.1\"}")).isFalse();
        assertThat(passes("this does not compile", "true")).isFalse();
        assertThat(passes("result == result", "\"" + "a".repeat(300_000) + "\""))
                .isFalse();
    }

    private boolean passes(String condition, String result) {
        return checks.pass(new Check("r", "guard", "classify", Map.of(), Map.of(), condition), result);
    }
}
