package journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.modelling.command.AggregateStreamCreationException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tenancy.InlineRows;

/**
 * Commits what many lanes want written in one transaction, and tells each what became of it. When a group fails, the
 * guilty are found, the innocent committed together, and only the guilty fail. Nothing is acknowledged that is not known
 * to be committed, and nothing is written twice.
 */
final class GroupCommit {

    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);
    private static final int MOST_RETRIES = 5;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    private final JournalConnection connection;
    private final GroupStatement statement;
    private final List<InlineRows> inlineRows;
    private final TenantSequences sequences = new TenantSequences();
    private final Duration patience;
    private final Consumer<Append> committed;
    private volatile boolean reachable = true;

    /** @param committed told of each append after its lane was */
    GroupCommit(
            JournalConnection connection, List<InlineRows> inlineRows, Duration patience, Consumer<Append> committed) {
        this.connection = connection;
        this.statement = new GroupStatement(inlineRows);
        this.inlineRows = inlineRows;
        this.patience = patience;
        this.committed = committed;
    }

    /** False once the database was away for so long that nobody waited any more. */
    boolean reachable() {
        return reachable;
    }

    /** Completes every append of the group, one way or the other. */
    void write(List<Append> group) {
        List<Append> open = group;
        for (int tries = 0; !open.isEmpty(); tries++) {
            try {
                commit(open);
                open.forEach(this::acknowledge);
                return;
            } catch (SQLException failed) {
                sequences.forget(open);
                open = after(failed, open, tries);
            }
        }
    }

    private void commit(List<Append> group) throws SQLException {
        Connection database = connection.get();
        Map<String, Long> numbers = sequences.before(database, group);
        group.forEach(Append::sent);
        int rounds = group.stream().mapToInt(Append::rounds).max().orElse(1);
        if (rounds == 1) {
            statement.run(database, group, 0, numbers);
        } else {
            inRounds(database, group, rounds, numbers);
        }
        sequences.committed(numbers);
    }

    private void inRounds(Connection database, List<Append> group, int rounds, Map<String, Long> numbers)
            throws SQLException {
        database.setAutoCommit(false);
        try {
            for (int round = 0; round < rounds; round++) {
                statement.run(database, group, round, numbers);
            }
            database.commit();
            database.setAutoCommit(true);
        } catch (SQLException failed) {
            if (Failure.of(failed) == Failure.CONNECTION_LOST) {
                throw failed;
            }
            database.rollback();
            database.setAutoCommit(true);
            throw failed;
        }
    }

    /** What is still to be written after this failure. */
    private List<Append> after(SQLException failed, List<Append> group, int tries) {
        return switch (Failure.of(failed)) {
            case NUMBER_TAKEN -> tries < MOST_RETRIES ? group : divide(group, failed);
            case SEQUENCE_TAKEN -> settle(group, failed);
            case CONNECTION_LOST -> reconnect(group, failed);
            case PASSING -> {
                log.warn("The journal could not commit {} lane batches at once: {}", group.size(), failed.getMessage());
                pause(tries);
                yield inTime(group);
            }
            case GUILTY -> divide(group, failed);
        };
    }

    /** Finds what is recorded already and what came too late; the rest is tried again, in one transaction. */
    private List<Append> settle(List<Append> group, SQLException failed) {
        try {
            var recorded = RecordedEvents.of(connection.get(), group);
            List<Append> rest = new ArrayList<>(group.size());
            for (Append append : group) {
                switch (recorded.of(append)) {
                    case RECORDED -> acknowledge(append);
                    case TAKEN -> append.done().completeExceptionally(tooLate(append, failed));
                    case FREE -> rest.add(append);
                }
            }
            // Whoever was in the way may have rolled back; but nobody is tried for ever.
            return rest.size() == group.size() && Failure.of(failed) == Failure.SEQUENCE_TAKEN
                    ? divide(rest, failed)
                    : rest;
        } catch (SQLException again) {
            return reconnect(group, again);
        }
    }

    /** Half by half, until the guilty one is alone. */
    private List<Append> divide(List<Append> group, SQLException failed) {
        if (group.size() > 1) {
            write(group.subList(0, group.size() / 2));
            return group.subList(group.size() / 2, group.size());
        }
        group.getFirst().done().completeExceptionally(verdict(group.getFirst(), failed));
        return List.of();
    }

    private RuntimeException verdict(Append append, SQLException failed) {
        String constraint = Failure.constraint(failed).orElse("");
        if (Failure.of(failed) != Failure.GUILTY || inlineRows.stream().anyMatch(rows -> rows.owns(constraint))) {
            return tooLate(append, failed);
        }
        return new EventStoreException(
                "Events of tenant %s cannot be stored: %s".formatted(append.tenant(), failed.getMessage()), failed);
    }

    /** Said in the words that Axon expects; the lane decides again. */
    private static RuntimeException tooLate(Append append, SQLException failed) {
        Append.Event first = append.events().getFirst();
        String what = "%s, event %d, was written by somebody else".formatted(first.aggregate(), first.sequence());
        return first.sequence() == 0
                ? new AggregateStreamCreationException(what, failed)
                : new ConcurrencyException(what, failed);
    }

    /** Until the database answers or nobody waits any more. */
    private List<Append> reconnect(List<Append> group, SQLException failed) {
        log.warn("The journal has no connection, {} lane batches wait for another", group.size(), failed);
        List<Append> open = group;
        for (int tries = 0; !open.isEmpty(); tries++) {
            connection.drop();
            pause(tries);
            open = inTime(open);
            try {
                connection.get();
                reachable = true;
                return settle(open, failed);
            } catch (SQLException | JournalConnection.Unsafe again) {
                log.warn("The journal cannot connect: {}", again.getMessage());
            }
        }
        reachable = false;
        return open;
    }

    private List<Append> inTime(List<Append> group) {
        List<Append> rest = new ArrayList<>(group.size());
        for (Append append : group) {
            if (append.overdue() || Thread.currentThread().isInterrupted()) {
                append.done()
                        .completeExceptionally(
                                append.wasSent()
                                        ? JournalUnavailable.outcomeUnknown(patience)
                                        : JournalUnavailable.nothingRecorded(patience));
            } else {
                rest.add(append);
            }
        }
        return rest;
    }

    private void acknowledge(Append append) {
        append.done().complete(null);
        committed.accept(append);
    }

    private static void pause(int tries) {
        long millis = Math.min(FIRST_PAUSE.toMillis() << Math.min(tries, 10), LONGEST_PAUSE.toMillis());
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
