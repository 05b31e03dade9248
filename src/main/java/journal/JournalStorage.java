package journal;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.axonframework.eventhandling.DomainEventData;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.EventStreamUtils;
import org.axonframework.eventsourcing.eventstore.DomainEventStream;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.SerializationException;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.UnknownSerializedType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tenancy.InlineRows;
import tenancy.LongWork;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantReads;
import tenancy.TenantTransactions;

/**
 * The journal behind Axon's event store. Appending stages on the lane's unit of work; aggregates and snapshots are read
 * and written bound to their tenant; only the stream for projections sees all tenants.
 */
class JournalStorage extends StoredEvents {

    private static final Logger log = LoggerFactory.getLogger(JournalStorage.class);
    private static final String INSERT_SNAPSHOT = """
        insert into journal.snapshot (tenant_id, event_identifier, aggregate_identifier, sequence_number, type,
            time_stamp, payload_type, payload_revision, payload, meta_data)
        values (?, ?, ?, ?, ?, ?::timestamptz, ?, ?, ?, ?)
        on conflict do nothing\
        """;

    private static final String COLUMNS = """
        select event_identifier, aggregate_identifier, sequence_number, type, time_stamp, payload_type, payload_revision,
            payload, meta_data\
        """;
    private static final String EVENTS = COLUMNS + """
         from journal.event
        where aggregate_identifier = ? and sequence_number >= ? and sequence_number < ? order by sequence_number\
        """;
    private static final String SHORT_STREAM = COLUMNS + """
         from journal.event
        where aggregate_identifier = ? and sequence_number < ? and not exists (
            select from journal.snapshot where tenant_id = ? and aggregate_identifier = ?)
        order by sequence_number\
        """;
    /** How many events a stream has at least that is not short: an action's is. */
    private static final long LONG_STREAM = 32;

    private static final String SNAPSHOTS = COLUMNS + """
         from journal.snapshot where tenant_id = ? and aggregate_identifier = ? order by sequence_number desc\
        """;

    private final TenantTransactions transactions;
    private final TenantReads reads;
    private final JournalSerializer serializer;
    private final EventStorageEngine allTenants;
    private final SnapshotSizes sizes;
    private final List<InlineRows> inlineRows;

    /** @param builder with connections that join the transaction of {@link TenantTransactions} */
    JournalStorage(
            Builder builder,
            TenantTransactions transactions,
            TenantReads reads,
            JournalSerializer serializer,
            EventStorageEngine allTenants,
            SnapshotSizes sizes,
            List<InlineRows> inlineRows) {
        super(withSnapshots(builder, serializer, sizes), serializer);
        this.transactions = transactions;
        this.reads = reads;
        this.serializer = serializer;
        this.allTenants = allTenants;
        this.sizes = sizes;
        this.inlineRows = inlineRows;
    }

    private static Builder withSnapshots(Builder builder, JournalSerializer ofJournal, SnapshotSizes sizes) {
        return builder.appendSnapshot((connection, schema, dataType, snapshot, serializer, timestamps) -> {
            TenantId tenant = TenantId.ofAggregate(snapshot.getAggregateIdentifier());
            SerializedObject<byte[]> payload = ofJournal.sealed(tenant, snapshot);
            sizes.stored(snapshot.getAggregateIdentifier(), payload.getData().length);
            var statement = connection.prepareStatement(INSERT_SNAPSHOT);
            statement.setString(1, tenant.value());
            statement.setString(2, snapshot.getIdentifier());
            statement.setString(3, snapshot.getAggregateIdentifier());
            statement.setLong(4, snapshot.getSequenceNumber());
            statement.setString(5, snapshot.getType());
            statement.setString(6, snapshot.getTimestamp().toString());
            statement.setString(7, payload.getType().getName());
            statement.setString(8, payload.getType().getRevision());
            statement.setBytes(9, payload.getData());
            statement.setBytes(
                    10, snapshot.serializeMetaData(serializer, byte[].class).getData());
            return statement;
        });
    }

    @Override
    protected void appendEvents(List<? extends EventMessage<?>> events, Serializer eventSerializer) {
        var append = Append.current()
                .orElseThrow(() -> new IllegalStateException("Only a command in its tenant's lane appends events"));
        for (EventMessage<?> message : events) {
            if (!(message instanceof DomainEventMessage<?> event)) {
                throw new IllegalStateException("Event %s belongs to no aggregate".formatted(message.getPayloadType()));
            }
            append.add(stored(event, append));
            for (int bean = 0; bean < inlineRows.size(); bean++) {
                InlineRows rows = inlineRows.get(bean);
                List<Object[]> all = rows.rows(event);
                // Mostly none: an iterator for each would be thousands of bytes an event.
                for (int row = 0; row < all.size(); row++) {
                    append.add(bean, rows, all.get(row));
                }
            }
        }
    }

    private Append.Event stored(DomainEventMessage<?> event, Append append) {
        String tenant = append.tenant();
        MetaData metaData = event.getMetaData();
        String aggregate = event.getAggregateIdentifier();
        if (!tenant.equals(metaData.get(TenantContext.TENANT)) || !belongsTo(tenant, aggregate)) {
            throw new IllegalStateException(
                    "An event of aggregate %s cannot be written in the lane of %s".formatted(aggregate, tenant));
        }
        if (!serializer.journals(event.getPayloadType())) {
            throw new IllegalStateException("%s is in no JournaledTypes"
                    .formatted(event.getPayloadType().getName()));
        }
        SerializedObject<byte[]> payload = serializer.sealed(new TenantId(tenant), event);
        return new Append.Event(
                event.getIdentifier(),
                aggregate,
                event.getSequenceNumber(),
                event.getType(),
                event.getTimestamp().toString(),
                payload.getType().getName(),
                payload.getType().getRevision(),
                string(metaData, TenantContext.AGENT),
                string(metaData, TenantContext.RUN),
                payload.getData(),
                append.written(metaData, () -> written(event)));
    }

    private byte[] written(DomainEventMessage<?> event) {
        return FlatJson.of(event.getMetaData())
                .orElseGet(
                        () -> event.serializeMetaData(serializer, byte[].class).getData());
    }

    private static @Nullable String string(MetaData metaData, String key) {
        return metaData.get(key) instanceof String value ? value : null;
    }

    private static boolean belongsTo(String tenant, String aggregate) {
        return aggregate.startsWith(tenant)
                && (aggregate.length() == tenant.length() || aggregate.charAt(tenant.length()) == '/');
    }

    private <T> T boundTo(String aggregate, Supplier<T> work) {
        return transactions.in(TenantId.ofAggregate(aggregate), work);
    }

    @Override
    protected List<? extends DomainEventData<?>> fetchDomainEvents(String aggregate, long first, int batchSize) {
        // Opened when all are read: a key may have to be fetched, on a connection of its own.
        return reads
                .read(
                        TenantId.ofAggregate(aggregate),
                        EVENTS,
                        (row, number) -> getDomainEventData(row),
                        aggregate,
                        first,
                        first + batchSize)
                .stream()
                .map(this::readable)
                .toList();
    }

    /** Sequence numbers of an aggregate have no holes: a window that is not full is the last. */
    @Override
    protected boolean fetchForAggregateUntilEmpty() {
        return false;
    }

    @Override
    protected Stream<? extends DomainEventData<?>> readSnapshotData(String aggregate) {
        TenantId tenant = TenantId.ofAggregate(aggregate);
        return reads.read(tenant, SNAPSHOTS, (row, number) -> getSnapshotData(row), tenant.value(), aggregate).stream()
                .peek(snapshot -> {
                    if (snapshot.getPayload().getData() instanceof byte[] payload) {
                        sizes.stored(aggregate, payload.length);
                    }
                })
                .map(this::readable);
    }

    @Override
    protected void storeSnapshot(DomainEventMessage<?> snapshot, Serializer snapshotSerializer) {
        boundTo(snapshot.getAggregateIdentifier(), () -> {
            super.storeSnapshot(snapshot, snapshotSerializer);
            return true;
        });
    }

    @Override
    public Optional<Long> lastSequenceNumberFor(String aggregate) {
        return boundTo(aggregate, () -> super.lastSequenceNumberFor(aggregate));
    }

    /**
     * All events of an aggregate that has few and no snapshot, in one round trip; empty for any other, and where there are
     * none.
     */
    Optional<DomainEventStream> shortStream(String aggregate) {
        TenantId tenant = TenantId.ofAggregate(aggregate);
        List<DomainEventData<?>> events = reads.<DomainEventData<?>>read(
                tenant,
                SHORT_STREAM,
                (row, number) -> getDomainEventData(row),
                aggregate,
                LONG_STREAM,
                tenant.value(),
                aggregate);
        return events.isEmpty() || events.size() == LONG_STREAM
                ? Optional.empty()
                : Optional.of(checked(
                        EventStreamUtils.upcastAndDeserializeDomainEvents(
                                events.stream().map(this::readable), getEventSerializer(), upcasterChain),
                        events.stream().anyMatch(JournalStorage::isLong)
                                ? event -> LongWork.of(tenant, () -> check(event))
                                : JournalStorage::check));
    }

    private static boolean isLong(DomainEventData<?> event) {
        return event.getPayload().getData() instanceof byte[] payload && LongWork.isOver(payload.length);
    }

    @Override
    public DomainEventStream readEvents(String aggregate, long first) {
        return checked(super.readEvents(aggregate, first), JournalStorage::check);
    }

    /** An aggregate is only what all of its events make it: one that cannot be read must not be passed over. */
    private static DomainEventStream checked(DomainEventStream events, UnaryOperator<DomainEventMessage<?>> check) {
        return DomainEventStream.of(events.asStream().map(check), events::getLastSequenceNumber);
    }

    /** Reads the payload, which is remembered. */
    private static DomainEventMessage<?> check(DomainEventMessage<?> event) {
        try {
            if (event.getPayload() instanceof UnknownSerializedType) {
                throw new EventStoreException(name(event) + " has a type or revision that this release does not know:"
                        + " it was written by a newer release, or its upcaster is missing");
            }
            return event;
        } catch (SerializationException unreadable) {
            throw new EventStoreException(name(event) + " cannot be read: its payload is damaged", unreadable);
        }
    }

    private static String name(DomainEventMessage<?> event) {
        return "Event %d of %s (id %s)"
                .formatted(event.getSequenceNumber(), event.getAggregateIdentifier(), event.getIdentifier());
    }

    /** A snapshot is only a shortcut: one that cannot be read is passed over, and the events are read instead. */
    @Override
    public Optional<DomainEventMessage<?>> readSnapshot(String aggregate) {
        return super.readSnapshot(aggregate).filter(snapshot -> {
            boolean known = !(snapshot.getPayload() instanceof UnknownSerializedType);
            if (!known) {
                log.warn("The snapshot of {} has an unknown type and is not used", aggregate);
            }
            return known;
        });
    }

    @Override
    public Stream<? extends TrackedEventMessage<?>> readEvents(@Nullable TrackingToken token, boolean mayBlock) {
        return allTenants.readEvents(token, mayBlock);
    }

    @Override
    public @Nullable TrackingToken createTailToken() {
        return allTenants.createTailToken();
    }

    @Override
    public @Nullable TrackingToken createHeadToken() {
        return allTenants.createHeadToken();
    }

    @Override
    public @Nullable TrackingToken createTokenAt(Instant time) {
        return allTenants.createTokenAt(time);
    }
}
