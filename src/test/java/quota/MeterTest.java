package quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MeterTest {

    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    /** What was granted, when; kept for ever. */
    private record Granted(long millis, long units) {}

    @Test
    void no_interval_of_a_sliding_windows_length_ever_sees_more_than_the_limit() {
        for (Span span : List.of(Span.MINUTE, Span.HOUR)) {
            long length = span == Span.MINUTE ? 60_000 : 3_600_000;
            for (int history = 0; history < 300; history++) {
                slide(span, length, 1 + random.nextInt(50), "seed %d, %s %d".formatted(seed, span, history));
            }
        }
    }

    private void slide(Span span, long length, long limit, String as) {
        Meter meter = meter("tokens_per_" + span.word());
        List<Granted> log = new ArrayList<>();
        long start = NOON.toEpochMilli() + random.nextInt(1_000_000);
        long millis = start;
        for (int step = 0; step < 400; step++) {
            millis += random.nextInt(10) == 0 ? random.nextLong(2 * length) : random.nextLong(length / 30);
            Instant now = Instant.ofEpochMilli(millis);
            long units = 1 + random.nextLong(limit);
            long used = meter.usedAt(now);
            if (units <= limit - used) {
                var turned = meter.reserve(meter.windowAt(now, UTC), units, limit, UTC);
                assertThat(turned).isFalse();
                log.add(new Granted(millis, units));
            } else {
                Instant free = meter.freeAt(units, limit, now, UTC);
                assertThat(units).as(as).isLessThanOrEqualTo(limit - meter.usedAt(free));
                assertThat(units).as(as).isGreaterThan(limit - meter.usedAt(free.minusMillis(1)));
                assertThat(free).as(as).isBefore(now.plusMillis(length + length / Span.BUCKETS + 1));
            }
            // Whatever was granted in the half-open interval that ends now is still counted.
            long end = millis;
            long inside = log.stream()
                    .filter(each -> each.millis() > end - length)
                    .mapToLong(Granted::units)
                    .sum();
            long withBucket = log.stream()
                    .filter(each -> each.millis() > end - length - length / Span.BUCKETS)
                    .mapToLong(Granted::units)
                    .sum();
            assertThat(inside).as(as).isLessThanOrEqualTo(limit);
            assertThat(meter.usedAt(now)).as(as).isBetween(inside, withBucket);
        }
        assertThat(log.size()).as(as).isPositive();
    }

    @Test
    void what_is_settled_and_released_stays_in_the_bucket_that_it_was_reserved_in() {
        Meter meter = meter("tokens_per_minute");
        long bucket = meter.windowAt(NOON, UTC);
        meter.reserve(bucket, 10, 100, UTC);
        Instant later = NOON.plusSeconds(30);
        meter.reserve(meter.windowAt(later, UTC), 5, 100, UTC);

        meter.settle(bucket, 10, 40);

        assertThat(meter.spentAt(later)).isEqualTo(40);
        assertThat(meter.reservedAt(later)).isEqualTo(5);
        assertThat(meter.usedAt(NOON.plusSeconds(60))).isEqualTo(45);
        assertThat(meter.usedAt(NOON.plusSeconds(61))).isEqualTo(5);
        assertThat(meter.usedAt(NOON.plusSeconds(91))).isZero();
    }

    @Test
    void a_clock_that_runs_backwards_empties_no_window() {
        for (String name : List.of("tokens_per_minute", "tokens_per_hour", "tokens_per_day", "tokens_per_month")) {
            Meter meter = meter(name);
            meter.reserve(meter.windowAt(NOON, UTC), 7, 7, UTC);

            for (Instant before : List.of(NOON.minus(Duration.ofDays(40)), Instant.EPOCH)) {
                assertThat(meter.usedAt(before)).as(name).isEqualTo(7);
                assertThat(meter.windowAt(before, UTC)).as(name).isEqualTo(meter.windowAt(NOON, UTC));
            }
        }
    }

    @Test
    void days_and_months_end_by_the_tenants_calendar() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        Instant evening = Instant.parse("2026-11-30T22:59:59Z");
        Meter day = meter("tokens_per_day");
        day.reserve(day.windowAt(evening, berlin), 1, 9, berlin);
        Meter month = meter("tokens_per_month");
        month.reserve(month.windowAt(evening, berlin), 1, 9, berlin);

        Instant midnight = Instant.parse("2026-11-30T23:00:00Z");
        assertThat(day.resets(evening, berlin)).isEqualTo(midnight);
        assertThat(month.resets(evening, berlin)).isEqualTo(midnight);
        assertThat(day.usedAt(evening)).isEqualTo(1);
        assertThat(day.usedAt(midnight)).isZero();
        assertThat(month.usedAt(midnight)).isZero();
        assertThat(month.resets(midnight, berlin)).isEqualTo(Instant.parse("2026-12-31T23:00:00Z"));
    }

    @Test
    void a_day_of_which_an_hour_is_missing_or_there_twice_is_one_day() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        for (String date : List.of("2026-03-29T00:30:00Z", "2026-10-25T00:30:00Z")) {
            Instant night = Instant.parse(date);
            Meter meter = meter("tool_calls_per_day");
            meter.reserve(meter.windowAt(night, berlin), 1, 9, berlin);
            Instant end = meter.resets(night, berlin);
            assertThat(end.atZone(berlin).toLocalTime().toSecondOfDay()).isZero();
            assertThat(end.atZone(berlin).toLocalDate())
                    .isEqualTo(night.atZone(berlin).toLocalDate().plusDays(1));
        }
    }

    @Test
    void changing_the_time_zone_as_often_as_one_likes_buys_no_window() {
        List<ZoneId> zones =
                List.of("UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Tokyo", "America/New_York").stream()
                        .map(ZoneId::of)
                        .toList();
        for (int history = 0; history < 200; history++) {
            Meter meter = meter("tool_calls_per_day");
            ZoneId zone = UTC;
            Instant now = NOON;
            Instant promised = Instant.MIN;
            long turns = 0;
            int hours = 24 * 30;
            for (int hour = 0; hour < hours; hour++) {
                now = now.plus(Duration.ofHours(1));
                if (random.nextInt(3) == 0) {
                    zone = zones.get(random.nextInt(zones.size()));
                    meter.moveTo(zone);
                    assertThat(meter.isOver(now) || !meter.resets(now, zone).isBefore(promised))
                            .as("seed %d", seed)
                            .isTrue();
                }
                if (meter.usedAt(now) == 0) {
                    assertThat(now).as("seed %d", seed).isAfterOrEqualTo(promised);
                    turns += meter.reserve(meter.windowAt(now, zone), 1, 1, zone) ? 1 : 0;
                }
                promised = meter.resets(now, zone);
            }
            assertThat(turns).as("seed %d: days there are, and one ahead", seed).isLessThanOrEqualTo(32);
        }
    }

    private static Meter meter(String limit) {
        return new Meter(Counted.of(limit).orElseThrow());
    }
}
