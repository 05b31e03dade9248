package execution;

import java.time.Instant;
import org.axonframework.serialization.Revision;
import tenancy.Cause;

/** All that can happen to a run. Its tenant, profile and quota class are metadata. */
public sealed interface RunEvent {

    /** The run's key within its tenant. */
    String run();

    /** Open: actions may be asked for in it. */
    @Revision("1")
    record RunStarted(String run, String agent, String workspace, Instant startedAt) implements RunEvent {}

    /** Not opened: a limit on concurrent runs is reached. The same run may be started later. */
    @Revision("1")
    record RunRefused(String run, String agent, String workspace, Cause cause, Instant refusedAt) implements RunEvent {}

    /** Nothing more may be asked for in it; what is queued still runs. */
    @Revision("1")
    record RunEnded(String run, String agent, String workspace, Instant startedAt, Instant endedAt)
            implements RunEvent {}
}
