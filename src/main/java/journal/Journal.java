package journal;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tenancy.TenantId;

/** A tenant's stream, read back in commit order, without gaps. */
public interface Journal {

    /** Bytes of stored payloads after which a page ends, however few its entries: one may be as large as a request. */
    int MOST_BYTES = 1024 * 1024;

    /**
     * One page of a tenant's entries, in order of {@link Entry#sequence()}, for people to read: what is sealed in them is
     * opened, unless its key is gone.
     *
     * @param after entries with a higher sequence than this; 0 from the beginning
     * @param limit 1 to 1,000
     * @return fewer than the limit at the end, and where they are large; none only at the end
     */
    List<Entry> read(TenantId tenant, Filter filter, long after, int limit);

    /**
     * The same of all entries, to the byte as they are stored: what is sealed stays sealed. It is what proofs are of.
     *
     * @param limit 1 to 1,000
     * @return fewer than the limit at the end, and where they are large; none only at the end
     */
    List<Entry> stored(TenantId tenant, long after, int limit);

    /** Whether a page of {@link #stored} may not be the last. */
    static boolean isFull(List<Entry> page, int limit) {
        return page.size() == limit
                || page.stream().mapToLong(entry -> entry.payload().length).sum() >= MOST_BYTES;
    }

    /** The tenant's last sequence number; 0 if nothing was ever written. */
    long last(TenantId tenant);

    /**
     * Has {@code wake} run after each commit of this tenant's entries on this node; it is told nothing but that. It runs
     * on the writer's thread and must return at once. Other nodes' commits are not heard: poll slowly besides.
     */
    Subscription subscribe(TenantId tenant, Runnable wake);

    /** A wish to be woken, until it is closed. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** Which entries; an absent part matches all. Times are inclusive from, exclusive until. */
    record Filter(
            @Nullable String run,
            @Nullable String agent,
            @Nullable String action,
            @Nullable String type,
            @Nullable Instant from,
            @Nullable Instant until) {

        public static final Filter ALL = new Filter(null, null, null, null, null, null);
    }

    /**
     * One journaled event.
     *
     * @param sequence the tenant's own number, 1, 2, 3 … without gaps, in commit order
     * @param type logical name, such as {@code action_queued}
     * @param payload the event as JSON, UTF-8
     * @param metaData tenant, workspace, agent, run, profile, quota class, principal and trace as JSON, UTF-8
     */
    @SuppressWarnings("ArrayRecordComponent") // written out as they are, never compared
    record Entry(
            long sequence,
            String id,
            String type,
            String revision,
            Instant time,
            String aggregate,
            long aggregateSequence,
            byte[] payload,
            byte[] metaData) {

        /** The same with this payload. */
        Entry with(byte[] other) {
            return other == payload
                    ? this
                    : new Entry(sequence, id, type, revision, time, aggregate, aggregateSequence, other, metaData);
        }
    }
}
