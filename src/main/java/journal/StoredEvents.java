package journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import org.axonframework.common.transaction.NoTransactionManager;
import org.axonframework.eventhandling.DomainEventData;
import org.axonframework.eventhandling.GenericDomainEventEntry;
import org.axonframework.eventhandling.TrackedDomainEventData;
import org.axonframework.eventhandling.TrackedEventData;
import org.axonframework.eventsourcing.eventstore.jdbc.EventSchema;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import tenancy.TenantId;

/** The journal's tables as Axon's JDBC engine knows them: our names, and timestamps as PostgreSQL keeps them. */
class StoredEvents extends JdbcEventStorageEngine {

    static final EventSchema SCHEMA = EventSchema.builder()
            .eventTable("journal.event")
            .snapshotTable("journal.snapshot")
            .globalIndexColumn("global_index")
            .timestampColumn("time_stamp")
            .eventIdentifierColumn("event_identifier")
            .aggregateIdentifierColumn("aggregate_identifier")
            .sequenceNumberColumn("sequence_number")
            .typeColumn("type")
            .payloadTypeColumn("payload_type")
            .payloadRevisionColumn("payload_revision")
            .payloadColumn("payload")
            .metaDataColumn("meta_data")
            .build();

    private final JournalSerializer serializer;

    StoredEvents(Builder builder, JournalSerializer serializer) {
        super(builder.transactionManager(NoTransactionManager.INSTANCE)
                .schema(SCHEMA)
                .createTokenAt((connection, schema, time) -> {
                    var statement = connection.prepareStatement(
                            "select min(global_index) - 1 from journal.event where time_stamp >= ?::timestamptz");
                    statement.setString(1, time.toString());
                    return statement;
                }));
        this.serializer = serializer;
    }

    /** The same with what is sealed in it opened. */
    DomainEventData<?> readable(DomainEventData<?> stored) {
        byte[] opened = opened(stored);
        return opened == stored.getPayload().getData()
                ? stored
                : new GenericDomainEventEntry<>(
                        stored.getType(),
                        stored.getAggregateIdentifier(),
                        stored.getSequenceNumber(),
                        stored.getEventIdentifier(),
                        // In words: what is no text, Axon cuts to milliseconds.
                        stored.getTimestamp().toString(),
                        stored.getPayload().getType().getName(),
                        stored.getPayload().getType().getRevision(),
                        opened,
                        (byte[]) stored.getMetaData().getData());
    }

    /** The same with what is sealed in it opened. */
    TrackedEventData<?> readable(TrackedEventData<?> stored) {
        if (!(stored instanceof DomainEventData<?> event)) {
            return stored;
        }
        byte[] opened = opened(event);
        return opened == event.getPayload().getData()
                ? stored
                : new TrackedDomainEventData<>(stored.trackingToken(), readable(event));
    }

    private byte[] opened(DomainEventData<?> stored) {
        return serializer.readable(TenantId.ofAggregate(stored.getAggregateIdentifier()), (byte[])
                stored.getPayload().getData());
    }

    @Override
    protected Object readTimeStamp(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant().toString();
    }
}
