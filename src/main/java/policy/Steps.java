package policy;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.runtime.CelEvaluationListener;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts what an evaluation touches: one step for each part of the expression that is evaluated, and more for large
 * values. Steps and not time, so that the same envelope always comes as far.
 */
final class Steps implements CelEvaluationListener {

    private static final int CHARACTERS_A_STEP = 16;
    /** {@code ||} and {@code &&} may have caught a failure on one side, and failures are what costs most. */
    private static final int OF_A_JUNCTION = 60;
    /** They failed themselves: some 16 microseconds. */
    private static final int OF_A_FAILURE = 400;

    private int left;

    Steps(int most) {
        this.left = most;
    }

    /** Ends an evaluation at once: an exception would be caught by {@code ||} and {@code &&}, which go on without it. */
    static final class Stopped extends Error {

        private static final long serialVersionUID = 1L;

        private final Answer answer;

        Stopped(Answer answer) {
            super(answer.words(), null, false, false);
            this.answer = answer;
        }

        Answer answer() {
            return answer;
        }
    }

    int left() {
        return left;
    }

    @Override
    public void callback(CelExpr part, Object value) {
        if (value instanceof Boolean) {
            spend(part.getKind() == Kind.CALL ? of(part.call()) : 1);
        } else if (part.getKind() == Kind.CALL && isJunction(part.call().function())) {
            spend(OF_A_FAILURE);
        } else {
            touch(value);
        }
    }

    private static int of(CelExpr.CelCall call) {
        if (isJunction(call.function())) {
            return OF_A_JUNCTION;
        }
        return call.function().equals(Language.MATCHES) ? Language.steps(call) : 1;
    }

    private static boolean isJunction(String function) {
        return function.equals("_||_") || function.equals("_&&_");
    }

    private void touch(@Nullable Object value) {
        spend(1);
        switch (value) {
            case String text -> spend(text.length() / CHARACTERS_A_STEP);
            case Collection<?> items -> items.forEach(this::touch);
            case Map<?, ?> fields ->
                fields.forEach((name, field) -> {
                    touch(name);
                    touch(field);
                });
            case null, default -> {}
        }
    }

    private void spend(int steps) {
        left -= steps;
        if (left < 0) {
            left = 0;
            throw new Stopped(Answer.TOO_MUCH);
        }
    }
}
