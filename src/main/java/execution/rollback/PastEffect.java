package execution.rollback;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that an action changed, or may have changed, at a target, as the journal tells it.
 *
 * @param sequence of its start in the tenant's journal: the order of effects
 * @param given canonical JSON of its arguments; absent where the journal does not hold them
 * @param result what the target answered, JSON; absent where there is none or it is not kept
 * @param prior what was there before, JSON; absent where nobody looked or it is not kept
 * @param undoneBy the action that has undone it, or is about to
 * @param tries how many actions were asked for to undo it, and did not
 */
record PastEffect(
        long sequence,
        String action,
        String workspace,
        String agent,
        String run,
        String policyProfile,
        String quotaClass,
        String system,
        String operation,
        Map<String, String> target,
        @Nullable String given,
        List<String> dataClasses,
        State state,
        @Nullable String result,
        @Nullable String prior,
        @Nullable String undoneBy,
        int tries) {

    PastEffect {
        target = Map.copyOf(target);
        dataClasses = List.copyOf(dataClasses);
    }

    /** What is known of it. */
    enum State {
        /** It was done. */
        DONE,
        /** It runs. */
        RUNNING,
        /** Nobody knows whether it was done. */
        UNKNOWN,
        /** It was done, and undone. */
        UNDONE
    }

    /** Whether both changed the same record; what names no record is not compared. */
    boolean touches(PastEffect other) {
        return !target.isEmpty() && system.equals(other.system) && target.equals(other.target);
    }
}
