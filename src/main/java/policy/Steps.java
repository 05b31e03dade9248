package policy;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.runtime.CelEvaluationListener;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts what an evaluation touches: one step for each part of the expression that is evaluated, and more for large
 * values. Steps and not time, so that the same envelope always comes as far.
 */
final class Steps implements CelEvaluationListener {

    private static final int CHARACTERS_A_STEP = 16;
    /** An item is looked at and, as like as not, compared. */
    private static final int OF_AN_ITEM = 2;
    /** Texts become times and numbers, and numbers texts, at some hundred nanoseconds each. */
    private static final int OF_A_CONVERSION = 40;
    /** An exception is made, thrown and caught: some 8 microseconds. */
    private static final int OF_A_FAILURE = 320;

    private static final Set<String> CONVERSIONS =
            Set.of("timestamp", "duration", "int", "uint", "double", "string", "bytes", "bool");

    private int left;
    /** By the number of each part: when it was last evaluated to its end, and to true. */
    private int[] evaluated = new int[64];

    private boolean[] wasTrue = new boolean[64];
    private int now;
    /** The lengths of the texts that were touched last: what a search is over, and what it is for. */
    private int lastText;

    private int textBefore;

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
        if (part.getKind() == Kind.CALL) {
            call(part, part.call(), value);
        }
        if (value instanceof Boolean) {
            spend(1);
        } else {
            touch(value);
        }
        evaluated(Math.toIntExact(part.id()), value instanceof Boolean truth && truth);
    }

    private void call(CelExpr part, CelExpr.CelCall call, Object value) {
        String function = call.function();
        if (isJunction(function)) {
            spend(OF_A_FAILURE * failures(part, call, function.equals("_||_")));
            if (!(value instanceof Boolean)) {
                spend(OF_A_FAILURE);
            }
        } else if (function.equals(Language.MATCHES)) {
            spend(Language.stepsOfMatching(call, Math.max(lastText, textBefore)));
        } else if (function.equals(Language.CONTAINS)) {
            spend(Language.stepsOfSearching(Math.max(lastText, textBefore), Math.min(lastText, textBefore)));
        } else if (CONVERSIONS.contains(function) || function.startsWith("get")) {
            spend(OF_A_CONVERSION);
        }
    }

    private static boolean isJunction(String function) {
        return function.equals("_||_") || function.equals("_&&_");
    }

    /** A side that fails is never heard of: it is one that had to be evaluated and did not come to its end. */
    private int failures(CelExpr junction, CelExpr.CelCall call, boolean stopsAtTrue) {
        int before = lastEvaluated(junction);
        CelExpr first = call.args().getFirst();
        int failed = 0;
        if (lastEvaluated(first) <= before) {
            failed++;
        } else if (wasTrue[Math.toIntExact(first.id())] == stopsAtTrue) {
            return 0;
        }
        return lastEvaluated(call.args().getLast()) <= before ? failed + 1 : failed;
    }

    private int lastEvaluated(CelExpr part) {
        int id = Math.toIntExact(part.id());
        return id < evaluated.length ? evaluated[id] : 0;
    }

    private void evaluated(int id, boolean truth) {
        if (id >= evaluated.length) {
            evaluated = Arrays.copyOf(evaluated, 2 * id);
            wasTrue = Arrays.copyOf(wasTrue, 2 * id);
        }
        evaluated[id] = ++now;
        wasTrue[id] = truth;
    }

    private void touch(@Nullable Object value) {
        spend(1);
        switch (value) {
            case String text -> {
                spend(text.length() / CHARACTERS_A_STEP);
                textBefore = lastText;
                lastText = text.length();
            }
            case Collection<?> items -> {
                spend((OF_AN_ITEM - 1) * items.size());
                items.forEach(this::touch);
            }
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
