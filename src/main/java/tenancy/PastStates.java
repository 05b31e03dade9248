package tenancy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.axonframework.eventhandling.DomainEventMessage;

/**
 * Things as they were, made again from their own events by the handlers that made them. Reading changes nothing, and costs
 * what the one thing's events cost.
 */
public interface PastStates {

    /**
     * One aggregate as it was; a copy that nobody else has.
     *
     * @param id its identifier, which begins with the tenant
     * @return empty if it did not exist by then
     * @throws InvalidField if the moment has not come yet
     */
    <A> Optional<A> find(TenantId tenant, Class<A> aggregate, String id, Moment moment);

    /**
     * The same of something that must have existed.
     *
     * @throws NotFound if it never did
     * @throws NotThereYet if it did not by then
     */
    <A> A get(TenantId tenant, Class<A> aggregate, String id, Moment moment);

    /**
     * The events of one thing until then, in order; at least one.
     *
     * @throws NotFound if there is none at all
     * @throws NotThereYet if there was none by then
     */
    List<DomainEventMessage<?>> events(TenantId tenant, String id, Moment moment);

    /** When the moment was, by the clock. */
    Instant time(TenantId tenant, Moment moment);
}
