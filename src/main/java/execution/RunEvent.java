package execution;

import java.time.Instant;
import org.axonframework.serialization.Revision;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;

/** All that can happen to a run. Its tenant, profile and quota class are metadata. */
public sealed interface RunEvent {

    /** The run's key within its tenant. */
    String run();

    /**
     * Open: actions may be asked for in it.
     *
     * @param parent the run that started it
     */
    @Revision("1")
    record RunStarted(
            String run,
            String agent,
            String workspace,
            @Nullable String parent,
            Instant startedAt) implements RunEvent {}

    /** It has no room for an action under one of its caps: nothing is admitted in it until that cap is raised. */
    @Revision("1")
    record RunPaused(String run, String agent, String workspace, Instant startedAt, Cause cause, Instant pausedAt)
            implements RunEvent {}

    /** The cap was raised: it goes on from where it stood. */
    @Revision("1")
    record RunResumed(String run, String agent, String workspace, Instant startedAt, Instant resumedAt)
            implements RunEvent {}

    /** Not opened: a limit on concurrent runs, or on their depth, is reached. The same run may be started later. */
    @Revision("1")
    record RunRefused(String run, String agent, String workspace, Cause cause, Instant refusedAt) implements RunEvent {}

    /** Nothing more may be asked for in it; what is queued still runs. */
    @Revision("1")
    record RunEnded(String run, String agent, String workspace, Instant startedAt, Instant endedAt)
            implements RunEvent {}
}
