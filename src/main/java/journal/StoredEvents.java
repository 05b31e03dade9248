package journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import org.axonframework.common.transaction.NoTransactionManager;
import org.axonframework.eventsourcing.eventstore.jdbc.EventSchema;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;

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

    StoredEvents(Builder builder) {
        super(builder.transactionManager(NoTransactionManager.INSTANCE)
                .schema(SCHEMA)
                .createTokenAt((connection, schema, time) -> {
                    var statement = connection.prepareStatement(
                            "select min(global_index) - 1 from journal.event where time_stamp >= ?::timestamptz");
                    statement.setString(1, time.toString());
                    return statement;
                }));
    }

    @Override
    protected Object readTimeStamp(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant().toString();
    }
}
