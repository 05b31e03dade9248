package execution.gateway;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.regex.Matcher;
import tenancy.Refusal.FieldError;

/** The regular expressions of one document: each is matched in linear time (RE2), and together they take little memory. */
final class Expressions {

    private static final int LONGEST = 256;
    private static final double MOST_REPEATS = 20_000;
    private static final int MOST_INSTRUCTIONS = 5_000;
    /** Some 50 bytes each. */
    private static final int MOST_INSTRUCTIONS_OF_ALL = 250_000;

    private static final java.util.regex.Pattern REPEAT =
            java.util.regex.Pattern.compile("\\{([0-9]{1,9})(?:,([0-9]{1,9}))?,?}");

    private int left = MOST_INSTRUCTIONS_OF_ALL;

    /**
     * Compiles one; those after the one that is too much are not looked at.
     *
     * @param faults what is wrong with it is added here
     */
    void check(String expression, String at, List<FieldError> faults) {
        if (left < 0) {
            return;
        }
        if (expression.length() > LONGEST || repeats(expression) > MOST_REPEATS) {
            faults.add(tooLarge(at));
            return;
        }
        try {
            int instructions = Pattern.compile(expression).programSize();
            left -= instructions;
            if (instructions > MOST_INSTRUCTIONS) {
                faults.add(tooLarge(at));
            } else if (left < 0) {
                faults.add(new FieldError(
                        at, "patterns", "makes the document's expressions too large together: repeat less"));
            }
        } catch (PatternSyntaxException unsupported) {
            faults.add(new FieldError(
                    at, "pattern", "must be an expression that RE2 supports: no look-around, no back references"));
        }
    }

    private static FieldError tooLarge(String at) {
        return new FieldError(at, "pattern", "is too long or repeats too much");
    }

    /** Upper bound of how often a part is repeated: repeats may be nested, and RE2 writes each of them out. */
    private static double repeats(String expression) {
        double product = 1;
        Matcher counts = REPEAT.matcher(expression);
        while (counts.find()) {
            String most = counts.group(2) == null ? counts.group(1) : counts.group(2);
            product *= Math.max(1, Double.parseDouble(most));
        }
        return product;
    }
}
