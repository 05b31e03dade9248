package quota;

import java.time.Instant;

/** The time that a run's own clock shows: it stands still while the run is frozen. */
interface RunClock {

    /** Nothing ever stands still. */
    RunClock PLAIN = (run, now) -> now;

    /** @return the moment at which the run would have used as much time, had it never stood still */
    Instant at(RunUse run, Instant now);
}
