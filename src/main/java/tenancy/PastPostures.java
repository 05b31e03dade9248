package tenancy;

import java.time.Duration;
import java.time.Instant;

/** How a tenant was contained, as its own events tell. Reading changes nothing. */
public interface PastPostures {

    /**
     * For how long a subject's clocks had stood still between two times, by what was decided until a moment.
     *
     * @throws InvalidField if the moment has not come yet
     */
    Duration stoodStill(TenantId tenant, Subject subject, Instant from, Instant to, Moment moment);
}
