package tenancy.containment;

import java.time.Duration;
import java.time.Instant;
import org.springframework.stereotype.Component;
import tenancy.Moment;
import tenancy.PastPostures;
import tenancy.PastStates;
import tenancy.Subject;
import tenancy.TenantId;

/** {@link PastPostures}, from the tenant's book as it was. */
@Component
class StoredPastPostures implements PastPostures {

    private final PastStates past;

    StoredPastPostures(PastStates past) {
        this.past = past;
    }

    @Override
    public Duration stoodStill(TenantId tenant, Subject subject, Instant from, Instant to, Moment moment) {
        return past.find(tenant, PostureBook.class, new PostureBookId(tenant).toString(), moment)
                .map(book -> book.stoodStill(subject, from, to))
                .orElse(Duration.ZERO);
    }
}
