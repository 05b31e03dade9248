package execution.gateway;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * How a tool says in a good answer that it failed, as its connector declares it. What is declared here is all there is to
 * a protocol's own error flag, such as {@code isError}.
 *
 * @param pointer where in the answer
 * @param equal the value that means an error; absent where being there, or not, means it
 * @param present without {@code equal}: whether it is an error if something other than null is there
 * @param message where the tool's own words about it are
 * @param sure whether the tool did nothing, for sure, if it says so
 */
record ToolError(
        JsonPointer pointer,
        @Nullable JsonNode equal,
        boolean present,
        @Nullable JsonPointer message,
        boolean sure) {

    static final String CODE = "tool_error";
    static final int LONGEST_MESSAGE = 300;

    boolean isIn(JsonNode answer) {
        JsonNode found = answer.at(pointer);
        if (equal != null) {
            return equal.equals(found);
        }
        return present != (found.isMissingNode() || found.isNull());
    }

    /** What such an answer tells of the effect. The target works, so that its breaker learns nothing bad. */
    Judgement judged(int status, JsonNode answer, HttpOperation operation) {
        boolean notDone = sure || operation.effect() == tenancy.Effect.READ;
        Judgement judged = new Judgement(
                notDone ? Judgement.Effected.NOT_DONE : Judgement.Effected.MAYBE,
                status,
                CODE,
                "",
                Cause.provider("%s answered %d and says that it failed".formatted(operation.system(), status), null),
                false,
                null,
                Judgement.Health.GOOD);
        return judged.says(Levels.Tool.ERROR, words(answer));
    }

    private @Nullable String words(JsonNode answer) {
        JsonNode found = message == null ? null : answer.at(message);
        if (found == null || found.isMissingNode() || found.isNull()) {
            return null;
        }
        String text = found.isValueNode() ? Objects.requireNonNull(found.asString()) : found.toString();
        return bounded(text);
    }

    /** Words of a target as they may be kept. */
    static String bounded(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", " ").strip();
        if (plain.length() <= LONGEST_MESSAGE) {
            return plain;
        }
        int end = Character.isHighSurrogate(plain.charAt(LONGEST_MESSAGE - 1)) ? LONGEST_MESSAGE - 1 : LONGEST_MESSAGE;
        return plain.substring(0, end);
    }
}
