package journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventsourcing.EventSourcedAggregate;
import org.axonframework.eventsourcing.GenericAggregateFactory;
import org.axonframework.eventsourcing.NoSnapshotTriggerDefinition;
import org.axonframework.eventsourcing.eventstore.DomainEventStream;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.annotation.HandlerDefinition;
import org.axonframework.messaging.annotation.ParameterResolverFactory;
import org.axonframework.modelling.command.inspection.AggregateModel;
import org.axonframework.modelling.command.inspection.AnnotatedAggregateMetaModelFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import tenancy.Forbidden;
import tenancy.InvalidField;
import tenancy.Moment;
import tenancy.NotFound;
import tenancy.NotThereYet;
import tenancy.PastStates;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Makes aggregates again from the event table, as Axon does, but never further than a moment. */
class StoredPastStates implements PastStates {

    private static final String LAST_BY_TIME = """
        select sequence_number from journal.event where aggregate_identifier = ? and time_stamp <= ?
        order by sequence_number desc limit 1\
        """;
    private static final String LAST_BY_ENTRY = """
        select sequence_number from journal.event where aggregate_identifier = ? and tenant_seq <= ?
        order by sequence_number desc limit 1\
        """;
    private static final String FIRST = """
        select time_stamp, tenant_seq from journal.event where aggregate_identifier = ?
        order by sequence_number limit 1\
        """;
    private static final String NEWEST =
            "select tenant_seq, time_stamp from journal.event where tenant_id = ? order by tenant_seq desc limit 1";
    private static final String TIME_OF = "select time_stamp from journal.event where tenant_id = ? and tenant_seq = ?";

    private final TenantTransactions transactions;
    private final JdbcTemplate jdbc;
    private final EventStorageEngine storage;
    private final EventStore events;
    private final ParameterResolverFactory parameters;
    private final HandlerDefinition handlers;
    private final Clock clock;
    private final Map<Class<?>, AggregateModel<?>> models = new ConcurrentHashMap<>();

    StoredPastStates(
            TenantTransactions transactions,
            JdbcTemplate jdbc,
            EventStorageEngine storage,
            EventStore events,
            ParameterResolverFactory parameters,
            HandlerDefinition handlers,
            Clock clock) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.storage = storage;
        this.events = events;
        this.parameters = parameters;
        this.handlers = handlers;
        this.clock = clock;
    }

    /** When something came to be. */
    private record Origin(Instant at, long sequence) {}

    @Override
    public <A> Optional<A> find(TenantId tenant, Class<A> aggregate, String id, Moment moment) {
        return last(tenant, id, moment).map(last -> rebuilt(aggregate, id, last));
    }

    @Override
    public <A> A get(TenantId tenant, Class<A> aggregate, String id, Moment moment) {
        return find(tenant, aggregate, id, moment).orElseThrow(() -> absent(tenant, id));
    }

    @Override
    public List<DomainEventMessage<?>> events(TenantId tenant, String id, Moment moment) {
        long last = last(tenant, id, moment).orElseThrow(() -> absent(tenant, id));
        List<DomainEventMessage<?>> found = new ArrayList<>();
        until(storage.readEvents(id, 0), last).forEachOrdered(found::add);
        return found;
    }

    @Override
    public Instant time(TenantId tenant, Moment moment) {
        return switch (checked(tenant, moment)) {
            case Moment.At at -> at.time();
            case Moment.Through through ->
                Objects.requireNonNull(transactions.in(
                        tenant,
                        () -> jdbc.queryForObject(
                                TIME_OF, (row, n) -> time(row, 1), tenant.value(), through.sequence())));
        };
    }

    /** The number, in the thing's own stream, of its last event that counts; empty if there is none. */
    private Optional<Long> last(TenantId tenant, String id, Moment moment) {
        if (!TenantId.ofAggregate(id).equals(tenant)) {
            throw new Forbidden("other_tenant", "This names a thing of another tenant.");
        }
        return switch (checked(tenant, moment)) {
            case Moment.At at -> last(tenant, LAST_BY_TIME, id, at.time().atOffset(ZoneOffset.UTC));
            case Moment.Through through -> last(tenant, LAST_BY_ENTRY, id, through.sequence());
        };
    }

    private Optional<Long> last(TenantId tenant, String question, Object... values) {
        return transactions.in(
                tenant,
                () -> jdbc.queryForList(question, Long.class, values).stream()
                        .filter(Objects::nonNull)
                        .findFirst());
    }

    /** What has not come yet may still turn out otherwise. */
    private Moment checked(TenantId tenant, Moment moment) {
        switch (moment) {
            case Moment.At at -> {
                Instant now = clock.instant();
                if (at.time().isAfter(now)) {
                    throw new InvalidField("/as_of", "range", "must not be in the future: it is " + now);
                }
            }
            case Moment.Through through -> {
                long newest = transactions.in(
                        tenant,
                        () -> jdbc.query(NEWEST, (row, n) -> row.getLong(1), tenant.value()).stream()
                                .findFirst()
                                .orElse(0L));
                if (through.sequence() < 1 || through.sequence() > newest) {
                    throw new InvalidField(
                            "/as_of", "range", "must be 1 to %d, the last entry of the journal".formatted(newest));
                }
            }
        }
        return moment;
    }

    private RuntimeException absent(TenantId tenant, String id) {
        String[] parts = id.split("/", 3);
        String kind = parts.length == 3 ? parts[1] : "tenant";
        String key = parts.length == 3 ? parts[2] : id;
        @Nullable
        Origin origin = transactions.in(
                tenant,
                () -> jdbc.query(FIRST, (row, n) -> new Origin(time(row, 1), row.getLong(2)), id).stream()
                        .findFirst()
                        .orElse(null));
        return origin == null
                ? new NotFound(kind, key)
                : new NotThereYet("The %s %s".formatted(kind, key), origin.at(), origin.sequence());
    }

    private static Instant time(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** From the newest snapshot that is not too new, as a load would be. */
    private <A> A rebuilt(Class<A> type, String id, long last) {
        Optional<DomainEventMessage<?>> snapshot =
                storage.readSnapshot(id).filter(taken -> taken.getSequenceNumber() <= last);
        long first = snapshot.map(taken -> taken.getSequenceNumber() + 1).orElse(0L);
        Stream<? extends DomainEventMessage<?>> rest =
                first > last ? Stream.empty() : until(storage.readEvents(id, first), last);
        DomainEventStream stream = DomainEventStream.of(Stream.concat(snapshot.stream(), rest));
        A root = new GenericAggregateFactory<>(type).createAggregateRoot(id, stream.peek());
        EventSourcedAggregate<A> aggregate =
                EventSourcedAggregate.initialize(root, model(type), events, NoSnapshotTriggerDefinition.TRIGGER);
        aggregate.initializeState(stream);
        return aggregate.getAggregateRoot();
    }

    private static Stream<? extends DomainEventMessage<?>> until(DomainEventStream events, long last) {
        return events.asStream().takeWhile(event -> event.getSequenceNumber() <= last);
    }

    @SuppressWarnings("unchecked") // a model is kept under the class that it is of
    private <A> AggregateModel<A> model(Class<A> type) {
        return (AggregateModel<A>) models.computeIfAbsent(
                type, each -> AnnotatedAggregateMetaModelFactory.inspectAggregate(each, parameters, handlers));
    }
}
