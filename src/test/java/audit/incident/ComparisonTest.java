package audit.incident;

import static org.assertj.core.api.Assertions.assertThat;

import audit.incident.Comparison.Affected;
import audit.incident.OtherFigures.Side;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    @Test
    void nobody_is_affected_where_nobody_is() {
        assertThat(compared(0, 0, 0, 0, 0, 0)).isEqualTo(Affected.NO);
        assertThat(compared(100, 30, 0, 0, 0, 0)).isEqualTo(Affected.NO);
    }

    @Test
    void half_as_long_again_and_noticeably_longer_is_affected() {
        assertThat(compared(100, 200, 0, 100, 300, 0)).isEqualTo(Affected.YES);
        assertThat(compared(100, 200, 0, 100, 299, 0)).isEqualTo(Affected.NO);
        assertThat(compared(100, 10, 0, 100, 110, 0)).isEqualTo(Affected.YES);
        assertThat(compared(100, 10, 0, 100, 109, 0)).isEqualTo(Affected.NO);
        assertThat(compared(100, 1_000, 0, 100, 1_400, 0)).isEqualTo(Affected.NO);
    }

    @Test
    void more_faults_than_before_are_affected() {
        assertThat(compared(100, 1, 0, 100, 1, 5)).isEqualTo(Affected.YES);
        assertThat(compared(100, 1, 0, 100, 1, 4)).isEqualTo(Affected.NO);
        assertThat(compared(100, 1, 20, 100, 1, 29)).isEqualTo(Affected.NO);
        assertThat(compared(10, 1, 0, 10, 1, 2)).isEqualTo(Affected.NO);
    }

    @Test
    void too_little_proves_nothing_unless_all_was_well() {
        assertThat(compared(4, 1, 0, 100, 500, 0)).isEqualTo(Affected.UNKNOWN);
        assertThat(compared(100, 1, 0, 4, 500, 0)).isEqualTo(Affected.UNKNOWN);
        assertThat(compared(0, 0, 0, 4, 20, 0)).isEqualTo(Affected.NO);
        assertThat(compared(0, 0, 0, 100, 20, 3)).isEqualTo(Affected.UNKNOWN);
    }

    @Test
    void one_that_is_affected_outweighs_what_is_unknown_and_that_outweighs_no() {
        assertThat(Affected.UNKNOWN.and(Affected.YES)).isEqualTo(Affected.YES);
        assertThat(Affected.NO.and(Affected.UNKNOWN)).isEqualTo(Affected.UNKNOWN);
        assertThat(Affected.NO.and(Affected.NO)).isEqualTo(Affected.NO);
    }

    private static Affected compared(
            long samplesBefore, long before, long faultsBefore, long samples, long during, long faults) {
        return new Comparison(
                        "pool",
                        "shared",
                        new Side("pool", "shared", false, 2, samplesBefore, before, before, faultsBefore, 0),
                        new Side("pool", "shared", true, 2, samples, during, during, faults, 0))
                .affected();
    }
}
