package execution.gateway;

import com.google.re2j.Pattern;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.ValidationLimitExceededException.LimitKind;
import com.networknt.schema.ValidationLimitExceededException;
import com.networknt.schema.path.NodePath;
import com.networknt.schema.path.PathType;
import java.util.Locale;
import tenancy.LongWork;
import tools.jackson.databind.JsonNode;

/**
 * What checking one value against a schema may take. Counted and not timed, so that the same value always comes as far: a
 * unit is one instruction of a pattern for one character of a text, 15 nanoseconds at most, and whatever else there is to
 * do is counted in these.
 */
final class Effort extends ExecutionContext {

    /** A millisecond. */
    static final long SMALL = 60_000;
    /** A quarter of a second. A text of 900,000 characters may be matched with a pattern of 17 instructions. */
    static final long MOST = 16_000_000;

    private static final long MOST_STEPS = 100_000;
    private static final int DEEPEST = 128;
    private static final int OF_A_KEYWORD = 30;
    private static final int OF_A_NODE = 8;
    private static final int CHARACTERS_A_UNIT = 8;

    private static final ExecutionConfig LIMITS = ExecutionConfig.builder()
            .formatAssertionsEnabled(true)
            .locale(Locale.ENGLISH)
            .maxEvaluationSteps(MOST_STEPS)
            .maxEvaluationDepth(DEEPEST)
            .build();

    private static final NodePath ROOT = new NodePath(PathType.JSON_POINTER);

    /** Expressions are matched without being told for which value. */
    private static final ScopedValue<Effort> CURRENT = ScopedValue.newInstance();

    private final long most;
    private long spent;

    private Effort(long most) {
        super(LIMITS);
        this.most = most;
    }

    /** What is checked by one effort. */
    interface Check<T> {
        T with(Effort effort);
    }

    /** @throws ValidationLimitExceededException if it would take more than {@code most} units */
    static <T> T of(long most, Check<T> check) {
        var effort = new Effort(most);
        return ScopedValue.where(CURRENT, effort).call(() -> check.with(effort));
    }

    /** Whether the expression is somewhere in the text. */
    static boolean finds(Pattern expression, String text) {
        long units = (long) expression.programSize() * (text.length() + 1);
        if (CURRENT.isBound()) {
            CURRENT.get().spend(units);
        }
        return expression.matcher(text).find();
    }

    /** A keyword is applied to a value. */
    void look(JsonNode value) {
        LongWork.giveWay();
        spend(OF_A_KEYWORD + (value.isString() ? characters(value) : value.size()));
    }

    /** A value is compared, with everything in it. */
    void compare(JsonNode value) {
        spend(OF_A_NODE + (value.isString() ? characters(value) : 0));
        value.forEach(this::compare);
        if (value.isObject()) {
            value.propertyNames().forEach(name -> spend(name.length() / CHARACTERS_A_UNIT));
        }
    }

    private static int characters(JsonNode text) {
        return text.stringValue().length() / CHARACTERS_A_UNIT;
    }

    void spend(long units) {
        spent += units;
        if (spent > most) {
            throw new ValidationLimitExceededException(
                    LimitKind.EVALUATION_STEPS, most, spent, 0, SchemaLocation.DOCUMENT, ROOT, ROOT);
        }
    }
}
