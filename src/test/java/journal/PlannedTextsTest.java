package journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PlannedTextsTest {

    private static final long NONE = 0;
    private static final long FIRST = 1;

    private final PlannedTexts texts = new PlannedTexts(Long::toBinaryString);

    @Test
    void parts_that_were_asked_for_before_have_a_text_of_their_own() {
        texts.with(0b1111, NONE);

        assertThat(texts.with(0b11, NONE)).isEqualTo(new PlannedTexts.Text(0b1111, "1111"));
        assertThat(texts.with(0b1111, NONE)).isEqualTo(new PlannedTexts.Text(0b1111, "1111"));
    }

    @Test
    void of_two_that_would_do_the_one_with_less_is_taken() {
        texts.with(0b0111, NONE);
        texts.with(0b1111, NONE);

        assertThat(texts.with(0b0011, NONE).sql()).isEqualTo("111");
    }

    @Test
    void a_text_that_lacks_a_part_is_not_taken() {
        texts.with(0b0111, NONE);

        assertThat(texts.with(0b1001, NONE).sql()).isEqualTo("1001");
    }

    @Test
    void a_text_with_much_that_nobody_asked_for_is_not_taken() {
        long wide = (2L << PlannedTexts.MOST_EMPTY + 1) - 1;
        texts.with(wide, NONE);

        assertThat(texts.with(1, NONE).sql()).isEqualTo("1");
        assertThat(texts.with(0b11, NONE).parts()).isEqualTo(wide);
    }

    @Test
    void a_part_that_may_not_stay_empty_is_there_only_if_asked_for() {
        texts.with(0b111, FIRST);

        assertThat(texts.with(0b110, FIRST).sql()).isEqualTo("110");
    }

    @Test
    void thousands_of_mixtures_are_written_out_a_few_times() {
        var written = new AtomicInteger();
        var counted = new PlannedTexts(parts -> Integer.toString(written.incrementAndGet()));
        var random = new Random(7);

        for (int n = 0; n < 10_000; n++) {
            long asked = random.nextLong(1, 1 << 10);
            assertThat(counted.with(asked, FIRST).parts() & asked).isEqualTo(asked);
        }

        assertThat(written).hasValueLessThan(2 * PlannedTexts.MOST_TEXTS);
    }

    @Test
    void what_was_not_used_for_longest_is_forgotten() {
        var written = new AtomicInteger();
        var counted = new PlannedTexts(parts -> Integer.toString(written.incrementAndGet()));
        // Each has two bits: none has all of another's.
        for (int part = 0; part <= PlannedTexts.MOST_TEXTS; part++) {
            counted.with(1L << part / 8 | 1L << 8 + part % 8 + part / 8, NONE);
        }
        int before = written.get();

        counted.with(1L << 1 | 1L << 9, NONE);
        assertThat(written).hasValue(before);
        counted.with(1L | 1L << 8, NONE);
        assertThat(written).hasValue(before + 1);
    }
}
