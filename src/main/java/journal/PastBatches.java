package journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.axonframework.eventhandling.DomainEventMessage;

import org.axonframework.eventhandling.GenericDomainEventEntry;
import org.axonframework.eventsourcing.EventStreamUtils;
import org.axonframework.serialization.upcasting.event.EventUpcaster;
import org.springframework.jdbc.core.JdbcTemplate;
import tenancy.TenantId;

/**
 * The streams of all tenants, each in its own order: no tenant's numbers have gaps, so that nothing that commits late is
 * missed, however the database numbers the events of all.
 */
class PastBatches {

    /** One look at each tenant's end by its key, whatever the number of events. */
    private static final String HEADS = """
        with recursive tenants (tenant_id) as (
            (select tenant_id from journal.event order by tenant_id limit 1)
            union all
            select (select e.tenant_id from journal.event e where e.tenant_id > t.tenant_id order by e.tenant_id limit 1)
            from tenants t where t.tenant_id is not null)
        select t.tenant_id,
            (select e.tenant_seq from journal.event e where e.tenant_id = t.tenant_id and e.global_index <= ?
             order by e.tenant_seq desc limit 1)
        from tenants t where t.tenant_id is not null\
        """;

    private static final String LAST = "select coalesce(max(global_index), 0) from journal.event";
    private static final String EVENTS = """
        select type, aggregate_identifier, sequence_number, event_identifier, time_stamp, payload_type, payload_revision,
            payload, meta_data
        from journal.event
        where tenant_id = ? and tenant_seq > ? and tenant_seq <= ? and payload_type = any (?)
        order by tenant_seq\
        """;

    private final JdbcTemplate everyTenant;
    private final JournalSerializer serializer;
    private final EventUpcaster upcasters;

    PastBatches(JdbcTemplate everyTenant, JournalSerializer serializer, EventUpcaster upcasters) {
        this.everyTenant = everyTenant;
        this.serializer = serializer;
        this.upcasters = upcasters;
    }

    /**
     * Events of one tenant, in order.
     *
     * @param passed how many entries of the journal this goes past, those of no interest included
     */
    record Batch(String tenant, List<DomainEventMessage<?>> events, long passed) {}

    /** Each tenant's last entry, of those that are numbered no higher than this among all. */
    Map<String, Long> heads(JdbcTemplate asSeenBy, long lastOfAll) {
        Map<String, Long> heads = new TreeMap<>();
        asSeenBy.query(
                HEADS,
                row -> {
                    long head = row.getLong(2);
                    if (!row.wasNull()) {
                        heads.put(row.getString(1), head);
                    }
                },
                lastOfAll);
        return heads;
    }

    /** The names under which these types are stored. */
    String[] names(Collection<Class<?>> types) {
        return types.stream()
                .flatMap(PastBatches::cases)
                .distinct()
                .map(type -> serializer.typeForClass(type).getName())
                .toArray(String[]::new);
    }

    private static Stream<Class<?>> cases(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(PastBatches::cases)
                : Stream.of(type);
    }

    /** The number of the last entry of all. */
    long last() {
        return Objects.requireNonNull(everyTenant.queryForObject(LAST, Long.class));
    }

    /**
     * The tenant's next events of these types after this entry, looking no further than that one.
     *
     * @param most entries to go past
     */
    Batch next(String tenant, String[] types, long after, long through, int most) {
        long last = Math.min(through, after + most);
        TenantId of = new TenantId(tenant);
        List<GenericDomainEventEntry<byte[]>> stored =
                everyTenant.query(EVENTS, (row, number) -> stored(row, of), tenant, after, last, types);
        List<DomainEventMessage<?>> events = new ArrayList<>(stored.size());
        EventStreamUtils.upcastAndDeserializeDomainEvents(stored.stream(), serializer, upcasters)
                .asStream()
                .forEachOrdered(events::add);
        return new Batch(tenant, events, last - after);
    }

    private GenericDomainEventEntry<byte[]> stored(ResultSet row, TenantId tenant) throws SQLException {
        return new GenericDomainEventEntry<>(
                row.getString("type"),
                row.getString("aggregate_identifier"),
                row.getLong("sequence_number"),
                row.getString("event_identifier"),
                // In words: what is no text, Axon cuts to milliseconds.
                Objects.requireNonNull(row.getObject("time_stamp", OffsetDateTime.class))
                        .toInstant()
                        .toString(),
                row.getString("payload_type"),
                row.getString("payload_revision"),
                serializer.readable(tenant, row.getBytes("payload")),
                row.getBytes("meta_data"));
    }
}
