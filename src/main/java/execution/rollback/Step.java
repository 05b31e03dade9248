package execution.rollback;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.Content;

/**
 * What a plan says of one effect.
 *
 * @param number 1 for the last effect, which is undone first
 * @param undoes the action whose effect it is
 * @param verdict whether it can be undone
 * @param reason why not; absent if it can
 * @param undo the call that undoes it; absent if it cannot be undone
 * @param conflicts actions that touched the same record later and are not undone with it, ten at most
 * @param tries how often it was tried before, in vain
 */
public record Step(
        int number,
        String undoes,
        @JsonProperty("workspace_id") String workspace,
        @JsonProperty("agent_id") String agent,
        @JsonProperty("workflow_run_id") String run,
        String policyProfile,
        String quotaClass,
        String system,
        String operation,
        @Content Map<String, String> target,
        Verdict verdict,
        @Nullable String reason,
        @Nullable Undo undo,
        List<String> conflicts,
        int tries) {

    public Step {
        target = Map.copyOf(target);
        conflicts = List.copyOf(conflicts);
    }

    /** Whether an effect can be undone; in JSON in lower case. */
    public enum Verdict {
        REVERSIBLE,
        /** Another action has undone it. */
        UNDONE,
        IRREVERSIBLE,
        /** Nobody knows yet whether it was done, or whether it is being undone. */
        UNKNOWN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The action that undoes.
     *
     * @param arguments canonical JSON
     */
    public record Undo(
            String operation,
            @Content Map<String, String> target,
            @Content @Nullable String arguments,
            List<String> dataClasses) {

        public Undo {
            target = Map.copyOf(target);
            dataClasses = List.copyOf(dataClasses);
        }
    }

    /** The same key for the same effect, whatever plan it is in: it is undone once, by whoever comes first. */
    String idempotencyKey() {
        return "undo:%s:%d".formatted(undoes, tries);
    }

    @JsonIgnore
    boolean isSafe() {
        return conflicts.isEmpty();
    }

    boolean touches(Step other) {
        return !target.isEmpty() && system.equals(other.system) && target.equals(other.target);
    }
}
