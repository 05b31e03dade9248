package journal;

import java.util.List;
import journal.Journal.Entry;
import org.axonframework.messaging.MetaData;
import tenancy.RunId;
import tenancy.TenantId;

/** Entries understood again as the events they were, for those who tell a story of them. Reading changes nothing. */
public interface Recall {

    /** Most entries that one run's story may have. */
    int MOST_OF_A_RUN = 200_000;

    /** Most entries that are read at once. */
    int MOST_AT_ONCE = 1_000;

    /**
     * The numbers of all entries that belong to a run, in order: its own, those of its actions, and those that were
     * written on its behalf. At most {@link #MOST_OF_A_RUN}, the earliest.
     */
    List<Long> ofRun(RunId run);

    /**
     * The first of the entries with these numbers, in order; of at most {@link #MOST_AT_ONCE}.
     *
     * @param sequences in ascending order
     * @return all of them, or as many as come before {@link Journal#MOST_BYTES} are exceeded; none only if none exists
     */
    List<Entry> entries(TenantId tenant, List<Long> sequences);

    /** An entry as what it means. */
    Recalled understood(Entry entry);

    /** @param event of a journaled type; of one that this release does not know, Axon's placeholder */
    record Recalled(Entry entry, Object event, MetaData metaData) {}
}
