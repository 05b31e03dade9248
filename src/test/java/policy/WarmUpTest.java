package policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WarmUpTest {

    /** A condition that cannot be told, or is not true, would deny; a document with findings would not be published. */
    @Test
    void all_of_its_conditions_are_evaluated_and_true() {
        Lint.check(WarmUp.DOCUMENT);

        assertThat(CompiledPolicy.of("warm_up", 1, WarmUp.DOCUMENT).decide(WarmUp.ENVELOPE))
                .isInstanceOf(Verdict.Allowed.class);
    }
}
