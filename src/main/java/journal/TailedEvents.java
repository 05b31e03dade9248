package journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.axonframework.eventhandling.GapAwareTrackingToken;
import org.axonframework.eventhandling.TrackedEventData;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.jspecify.annotations.Nullable;

/**
 * The stream of all tenants, for projections. Most events concern none of them: to fetch each and hand it to every
 * processor, and to look for new ones after every commit, would cost more than the commits themselves. So those of no
 * interest are stepped over where they are stored, and what was committed within a moment is read at once.
 */
class TailedEvents extends StoredEvents {

    static final int WINDOW = 1_000;

    private static final Duration MOMENT = Duration.ofMillis(20);
    private static final int MOST_STEPPED_OVER = 20_000;
    private static final String LOOK_AHEAD = """
        select count(*), max(global_index), min(global_index) filter (where payload_type <> all (?))
        from (select global_index, payload_type from journal.event
            where global_index > ? order by global_index limit ?) ahead\
        """;

    /** Of what nobody handles its position is all that is needed, and a window of it may be larger than memory. */
    private static final String WINDOW_OF = """
        select global_index, event_identifier, aggregate_identifier, sequence_number, type, time_stamp, payload_type,
            payload_revision, case when payload_type = any (?) then '{}'::bytea else payload end as payload, meta_data
        from journal.event where (global_index > ? and global_index <= ?)%s order by global_index\
        """;

    private static final String WITHOUT_GAPS = WINDOW_OF.formatted("");
    private static final String WITH_GAPS = WINDOW_OF.formatted(" or global_index = any (?)");

    private final DataSource allTenants;
    private final ProjectedTypes projected;
    /** Of the one thread that follows the end of the stream. */
    private long lastLook = System.nanoTime() - MOMENT.toNanos();

    /** @param allTenants connections that see all tenants */
    TailedEvents(Builder builder, DataSource allTenants, ProjectedTypes projected, JournalSerializer serializer) {
        super(
                builder.connectionProvider(allTenants::getConnection)
                        .readEventDataWithoutGaps((connection, schema, after, size) ->
                                window(connection, WITHOUT_GAPS, projected, after, size))
                        .readEventDataWithGaps((connection, schema, after, size, gaps) -> {
                            var statement = window(connection, WITH_GAPS, projected, after, size);
                            statement.setArray(4, connection.createArrayOf("int8", gaps.toArray()));
                            return statement;
                        }),
                serializer);
        this.allTenants = allTenants;
        this.projected = projected;
    }

    private static PreparedStatement window(
            Connection connection, String text, ProjectedTypes projected, long after, int size) throws SQLException {
        var statement = connection.prepareStatement(text);
        statement.setArray(
                1, connection.createArrayOf("text", projected.others().toArray()));
        statement.setLong(2, after);
        statement.setLong(3, after + size);
        return statement;
    }

    /** @param mayBlock true only when Axon follows the end of the stream, on behalf of all processors */
    @Override
    public Stream<? extends TrackedEventMessage<?>> readEvents(@Nullable TrackingToken token, boolean mayBlock) {
        if (mayBlock) {
            letAMomentPass();
        }
        return super.readEvents(token, mayBlock);
    }

    private void letAMomentPass() {
        try {
            Thread.sleep(Duration.ofNanos(Math.max(0, lastLook + MOMENT.toNanos() - System.nanoTime())));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        lastLook = System.nanoTime();
    }

    /** Positions add up from event to event, so the last of a window stands for all before it and is never left out. */
    @Override
    protected List<? extends TrackedEventData<?>> fetchTrackedEvents(@Nullable TrackingToken token, int batchSize) {
        List<? extends TrackedEventData<?>> window = super.fetchTrackedEvents(steppedOver(token), batchSize);
        List<TrackedEventData<?>> kept = new ArrayList<>();
        for (int i = 0; i < window.size(); i++) {
            TrackedEventData<?> event = window.get(i);
            if (i == window.size() - 1 || projected.handles(event.getPayload().getType())) {
                kept.add(readable(event));
            }
        }
        return kept;
    }

    /**
     * The position just before the next event to be fetched: one of interest, or the last that there is. Numbers that
     * are missing may belong to a transaction that has not committed yet; only Axon's own reading keeps account of
     * those.
     */
    private @Nullable TrackingToken steppedOver(@Nullable TrackingToken token) {
        if (!(token instanceof GapAwareTrackingToken position)) {
            return token;
        }
        long index = position.getIndex();
        try (var connection = allTenants.getConnection();
                var statement = connection.prepareStatement(LOOK_AHEAD)) {
            statement.setArray(
                    1, connection.createArrayOf("text", projected.others().toArray()));
            statement.setLong(2, index);
            statement.setInt(3, MOST_STEPPED_OVER);
            try (var ahead = statement.executeQuery()) {
                ahead.next();
                long last = ahead.getLong(2);
                if (ahead.getLong(1) < 2 || ahead.getLong(1) != last - index) {
                    return token;
                }
                long next = ahead.getLong(3);
                long before = (ahead.wasNull() ? last : next) - 1;
                return GapAwareTrackingToken.newInstance(before, position.getGaps());
            }
        } catch (SQLException failed) {
            throw new EventStoreException("The journal cannot be followed", failed);
        }
    }
}
