package execution.rollback;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tenancy.Identifiers;
import tenancy.InvalidField;

/**
 * What is to be undone: the effects that all that is named here applies to.
 *
 * @param run of this run
 * @param agent of this agent, in whichever run
 * @param system at this target system
 * @param from started at this time or later
 * @param until started before this time
 */
record RollbackScope(
        @JsonProperty("workflow_run_id") @Nullable String run,
        @JsonProperty("agent_id") @Nullable String agent,
        @Nullable String system,
        @Nullable Instant from,
        @Nullable Instant until) {

    /** The same, once it is known to say something. */
    RollbackScope checked() {
        if (run == null && agent == null && system == null && from == null) {
            throw new InvalidField(
                    "", "scope", "must have one of workflow_run_id, agent_id, system and from, or several of them");
        }
        check("workflow_run_id", run);
        check("agent_id", agent);
        check("system", system);
        if (from != null && until != null && !from.isBefore(until)) {
            throw new InvalidField("/until", "range", "must be later than from");
        }
        return this;
    }

    private static void check(String field, @Nullable String value) {
        if (value != null) {
            var unused = Identifiers.check(field, value);
        }
    }

    boolean covers(String ofRun, String ofAgent, String atSystem, Instant startedAt) {
        return (run == null || Objects.equals(run, ofRun))
                && (agent == null || Objects.equals(agent, ofAgent))
                && (system == null || Objects.equals(system, atSystem))
                && (from == null || !startedAt.isBefore(from))
                && (until == null || startedAt.isBefore(until));
    }
}
