package journal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * The texts of one statement that is made of parts, bit by bit. Of what many lanes want written at once there are more
 * mixtures than PostgreSQL could keep plans for, and to plan one takes longer than to run it; so a mixture takes a text
 * that is in use, has all of its parts, and few that stay without rows.
 */
final class PlannedTexts {

    static final int MOST_TEXTS = 64;
    /** With 3 and with 8 whole lives cost PostgreSQL the same, with 16 no less. */
    static final int MOST_EMPTY = 8;

    private final LongFunction<String> write;
    /** Those used last are kept. */
    private final Map<Long, String> texts = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
            return size() > MOST_TEXTS;
        }
    };

    /** @param write the text that has these parts */
    PlannedTexts(LongFunction<String> write) {
        this.write = write;
    }

    /** @param parts those that the text has: all that were asked for, and some to which no rows are given */
    record Text(long parts, String sql) {}

    /**
     * The text to use.
     *
     * @param asked the parts there are rows for
     * @param exact parts that may not be there without rows
     */
    Text with(long asked, long exact) {
        long parts = texts.containsKey(asked) ? asked : nearest(asked, exact);
        return new Text(parts, texts.computeIfAbsent(parts, write::apply));
    }

    private long nearest(long asked, long exact) {
        long nearest = asked;
        int least = MOST_EMPTY + 1;
        for (long known : texts.keySet()) {
            long empty = known ^ asked;
            boolean fits = (known & asked) == asked && (empty & exact) == 0;
            if (fits && Long.bitCount(empty) < least) {
                nearest = known;
                least = Long.bitCount(empty);
            }
        }
        return nearest;
    }
}
