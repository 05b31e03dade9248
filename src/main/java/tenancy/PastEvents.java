package tenancy;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.axonframework.messaging.MetaData;
import org.jspecify.annotations.Nullable;

/** A tenant's events of certain types, read back in commit order. Reading changes nothing. */
public interface PastEvents {

    /** Most events that one page may have. */
    int MOST = 1_000;

    /** The tenant's last sequence number; 0 if nothing was ever written. */
    long last(TenantId tenant);

    /**
     * The page of events that follows a position; fewer than the limit at the end, and where they are large, and none only at
     * the end.
     *
     * @param types journaled events, by class
     * @param from inclusive; null from the beginning
     * @param until exclusive; null to the end
     * @param after events with a higher sequence than this
     * @param through and none higher than this
     * @param limit 1 to {@link #MOST}
     */
    List<Past> read(
            TenantId tenant,
            Set<Class<?>> types,
            @Nullable Instant from,
            @Nullable Instant until,
            long after,
            long through,
            int limit);

    /**
     * One of them.
     *
     * @param sequence the tenant's own number, in commit order
     */
    record Past(long sequence, Object event, MetaData metaData) {}
}
