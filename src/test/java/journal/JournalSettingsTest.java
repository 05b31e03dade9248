package journal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

class JournalSettingsTest {

    private static final Duration GAP = Duration.ofSeconds(40);

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT0.099S", "PT30S", "PT35S"})
    void a_statement_of_the_writer_ends_before_nobody_looks_for_what_it_did(String timeout) {
        assertThatThrownBy(() -> settings(64, Duration.parse(timeout), GAP))
                .hasMessageStartingWith("firebreak.journal.statement-timeout must be 100ms to under 30s");
    }

    @Test
    void what_is_in_bounds_is_taken() {
        assertThatCode(() -> settings(1, Duration.ofMillis(100), GAP)).doesNotThrowAnyException();
        assertThatCode(() -> settings(64, Duration.ofMillis(29_999), GAP)).doesNotThrowAnyException();
    }

    @Test
    void projections_wait_longer_for_gaps_than_a_statement_may_last() {
        assertThatThrownBy(() -> settings(64, Duration.ofSeconds(5), Duration.ofSeconds(5)))
                .hasMessageStartingWith("firebreak.journal.gap-timeout must exceed statement-timeout");
    }

    @Test
    void a_lane_takes_at_least_one_command_at_a_time() {
        assertThatThrownBy(() -> settings(0, Duration.ofSeconds(5), GAP)).hasMessageContaining("lane-batch");
    }

    private static JournalSettings settings(int laneBatch, Duration statementTimeout, Duration gapTimeout) {
        return new JournalSettings(
                false,
                laneBatch,
                10_000,
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                statementTimeout,
                DataSize.ofMegabytes(64),
                1_000,
                200,
                gapTimeout);
    }
}
