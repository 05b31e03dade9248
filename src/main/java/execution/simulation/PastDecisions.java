package execution.simulation;

import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.ChecksRequired;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tenancy.PastEvents.Past;
import tenancy.TenantId;

/**
 * Decisions, read one event after another. Whether what was queued had to be checked is told by the event after it: it
 * is kept until that one is seen, whatever page that one is on.
 */
final class PastDecisions {

    private final TenantId tenant;
    private final Consumer<PastDecision> each;
    private @Nullable Past queued;

    /** @param each takes the decisions in their order */
    PastDecisions(TenantId tenant, Consumer<PastDecision> each) {
        this.tenant = tenant;
        this.each = each;
    }

    /** Takes the event that follows, of those of {@link PastDecision#TYPES}. */
    void read(Past past) {
        boolean checked = tellsOfQueued(past);
        tellQueued(checked);
        if (past.event() instanceof ActionQueued) {
            queued = past;
        } else {
            PastDecision.of(tenant, past).ifPresent(each);
        }
    }

    /** What was queued and is not told yet, because it is the last that was read. */
    @Nullable
    Past untold() {
        return queued;
    }

    /** Ends it: takes the event after the last that is to be told, null if there is none. */
    void end(@Nullable Past next) {
        tellQueued(next != null && tellsOfQueued(next));
    }

    private void tellQueued(boolean checked) {
        if (queued != null) {
            PastDecision.of(tenant, queued)
                    .map(decision -> checked ? decision.checked() : decision)
                    .ifPresent(each);
            queued = null;
        }
    }

    private boolean tellsOfQueued(Past next) {
        return queued != null
                && queued.event() instanceof ActionQueued admitted
                && next.event() instanceof ChecksRequired required
                && required.action().equals(admitted.action());
    }
}
