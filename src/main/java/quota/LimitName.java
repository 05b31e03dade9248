package quota;

import java.util.Optional;
import tenancy.InvalidField;
import tenancy.NotFound;

/** The name of any limit there is: one that every class has, one that is counted in a window, or a cap of runs. */
record LimitName(String word) {

    /** @throws NotFound if there is no such limit */
    static LimitName of(String word) {
        if (fixed(word).isEmpty() && !isOptional(word)) {
            throw new NotFound("limit", word);
        }
        return new LimitName(word);
    }

    /** Whether a class may name it beside those that every class has. */
    static boolean isOptional(String word) {
        return fixed(word).isEmpty()
                && (Counted.of(word).isPresent() || RunCap.of(word).isPresent());
    }

    /** The limit that every class has, if it is one. */
    Optional<Limit> fixed() {
        return fixed(word);
    }

    /** Whether it may differ for one workspace or agent: the others are decided for the tenant as a whole. */
    boolean isOfScopes() {
        return fixed().isEmpty()
                || word.equals(Limit.CONCURRENT_RUNS.word())
                || word.equals(Limit.TOOL_CALLS_PER_DAY.word());
    }

    /** Refuses a value that is out of range. */
    long checked(String pointer, long value) {
        return fixed().map(limit -> limit.checked(pointer, value)).orElseGet(() -> checkedOptional(pointer, value));
    }

    static long checkedOptional(String pointer, long value) {
        if (value < 0 || value > Counted.MOST) {
            throw new InvalidField(pointer, "range", "must be from 0 to %d".formatted(Counted.MOST));
        }
        return value;
    }

    private static Optional<Limit> fixed(String word) {
        return Limit.ALL.stream().filter(limit -> limit.word().equals(word)).findFirst();
    }
}
