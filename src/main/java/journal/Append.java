package journal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.jspecify.annotations.Nullable;
import tenancy.InlineRows;

/**
 * What one lane batch wants written: its events and the rows that follow from them, of one tenant, all or nothing. It is
 * filled on the lane's thread while the unit of work prepares, and then handed to the writer once.
 */
final class Append {

    private static final String RESOURCE = Append.class.getName();

    /** One event, ready to be stored. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and copied for each event it would cost
    record Event(
            String id,
            String aggregate,
            long sequence,
            @Nullable String aggregateType,
            String time,
            String type,
            @Nullable String revision,
            @Nullable String agent,
            @Nullable String run,
            byte[] payload,
            byte[] metaData) {}

    /** A row of a table, as named by {@link InlineRows#keyLength()} leading values. */
    private record RowKey(String table, List<Object> key) {}

    /** The last that touched a row: in which round, and with which values. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Touch(int round, InlineRows rows, Object[] values) {}

    private enum State {
        WAITING,
        TAKEN,
        ABANDONED
    }

    private final String tenant;
    private final List<Event> events = new ArrayList<>();
    /** By round, then by position of the bean: what touches a row again is part of what touched it first, or a round later. */
    private final List<List<List<Object[]>>> rounds = new ArrayList<>();

    private final Map<RowKey, Touch> touched = new HashMap<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private MetaData lastMetaData = MetaData.emptyInstance();
    private byte @Nullable [] lastWritten;
    private int applied;
    private boolean sent;
    private long deadline = Long.MAX_VALUE;

    Append(String tenant) {
        this.tenant = tenant;
    }

    /** What the current unit of work has staged; empty outside of a lane. */
    static Optional<Append> current() {
        return CurrentUnitOfWork.isStarted()
                ? Optional.ofNullable(CurrentUnitOfWork.get().root().getResource(RESOURCE))
                : Optional.empty();
    }

    void bindToCurrent() {
        CurrentUnitOfWork.get().root().resources().put(RESOURCE, this);
    }

    /** Counts what aggregates applied: afterwards a command can no longer be refused alone. */
    void applied(int more) {
        applied += more;
    }

    int applied() {
        return applied;
    }

    void add(Event event) {
        events.add(event);
    }

    /** All events of one command have the same metadata: it is written once, whichever of them asks first. */
    byte[] written(MetaData metaData, Supplier<byte[]> writing) {
        byte[] known = lastWritten;
        if (known == null || metaData != lastMetaData) {
            known = writing.get();
            lastWritten = known;
            lastMetaData = metaData;
        }
        return known;
    }

    void add(int bean, InlineRows rows, Object[] values) {
        if (values.length != rows.types().size()) {
            throw new IllegalStateException("%s gave %d values for %d types"
                    .formatted(rows.name(), values.length, rows.types().size()));
        }
        var key = new RowKey(rows.table(), Arrays.asList(values).subList(0, Math.min(rows.keyLength(), values.length)));
        Touch last = touched.get(key);
        if (last != null && rows.onto(last.rows(), last.values(), values)) {
            return;
        }
        int round = last == null ? 0 : last.round() + 1;
        touched.put(key, new Touch(round, rows, values));
        while (rounds.size() <= round) {
            rounds.add(new ArrayList<>());
        }
        List<List<Object[]>> beans = rounds.get(round);
        while (beans.size() <= bean) {
            beans.add(new ArrayList<>(1));
        }
        beans.get(bean).add(values);
    }

    String tenant() {
        return tenant;
    }

    List<Event> events() {
        return events;
    }

    int rounds() {
        return Math.max(1, rounds.size());
    }

    /** The rows of one bean in one round. */
    List<Object[]> rows(int round, int bean) {
        return round < rounds.size() && bean < rounds.get(round).size()
                ? rounds.get(round).get(bean)
                : List.of();
    }

    void due(long nanoTime) {
        deadline = nanoTime;
    }

    boolean overdue() {
        return overdueBy(Duration.ZERO);
    }

    boolean overdueBy(Duration grace) {
        return System.nanoTime() - deadline > grace.toNanos();
    }

    /** The writer takes it, unless its lane has given it up. */
    boolean take() {
        return state.compareAndSet(State.WAITING, State.TAKEN);
    }

    /** Its lane gives it up, unless the writer has taken it: then nobody knows yet what becomes of it. */
    boolean abandon() {
        return state.compareAndSet(State.WAITING, State.ABANDONED);
    }

    /** From here on, only the database knows whether it was written. */
    void sent() {
        sent = true;
    }

    boolean wasSent() {
        return sent;
    }

    CompletableFuture<Void> done() {
        return done;
    }
}
