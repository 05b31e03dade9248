package policy;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime.Program;
import dev.cel.runtime.CelVariableResolver;
import org.jspecify.annotations.Nullable;

/** One expression of a document. It is compiled when it is first asked, and what it answers costs a bounded time. */
final class Condition {

    private final Language language;
    private final String text;

    /** Immutable: whoever else compiles it at the same time makes the same. */
    private @Nullable Program program;

    private boolean unusable;

    Condition(Language language, String text) {
        this.language = language;
        this.text = text;
    }

    String text() {
        return text;
    }

    /** The same values give the same answer, whoever asks and when. */
    Answer ask(CelVariableResolver values, Steps steps) {
        Program ready = ready();
        if (ready == null) {
            return Answer.FAILED;
        }
        try {
            Object result = ready.trace(values, steps);
            return result instanceof Boolean truth ? (truth ? Answer.YES : Answer.NO) : Answer.NO_TRUTH;
        } catch (CelEvaluationException failed) {
            return answer(failed);
        } catch (Steps.Stopped stopped) {
            return stopped.answer();
        }
    }

    private @Nullable Program ready() {
        Program ready = program;
        if (ready == null && !unusable) {
            try {
                ready = language.compile(text);
                program = ready;
            } catch (Language.Unusable noLonger) {
                unusable = true;
            }
        }
        return ready;
    }

    private static Answer answer(CelEvaluationException failed) {
        return switch (failed.getErrorCode()) {
            case ATTRIBUTE_NOT_FOUND -> Answer.MISSING;
            case OVERLOAD_NOT_FOUND, AMBIGUOUS_OVERLOAD, TYPE_NOT_FOUND -> Answer.MISTYPED;
            case INDEX_OUT_OF_BOUNDS, DIVIDE_BY_ZERO, NUMERIC_OVERFLOW -> Answer.OUT_OF_RANGE;
            case BAD_FORMAT, INVALID_ARGUMENT -> Answer.MALFORMED;
            case ITERATION_BUDGET_EXCEEDED -> Answer.TOO_MUCH;
            case INTERNAL_ERROR, DUPLICATE_ATTRIBUTE -> Answer.FAILED;
        };
    }
}
