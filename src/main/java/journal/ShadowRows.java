package journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import tenancy.InlineRows;

/** Rows that are written with events, written again into copies of their tables: by the statements that wrote them. */
class ShadowRows {

    private final DataSource journal;
    private final List<InlineRows> beans;
    private final List<String> statements;

    /** @param journal connections that write the rows of many tenants */
    ShadowRows(DataSource journal, List<InlineRows> all, Set<String> tables) {
        this.journal = journal;
        this.beans = all.stream()
                .filter(rows -> tables.contains(ShadowNames.changed(rows.statement())))
                .toList();
        this.statements = beans.stream()
                .map(rows -> ShadowNames.turned(rows.statement(), tables))
                .toList();
    }

    boolean isEmpty() {
        return beans.isEmpty();
    }

    /** The rows of these events, in the order in which they have to be written. */
    Append rows(List<DomainEventMessage<?>> events) {
        var append = new Append("");
        for (DomainEventMessage<?> event : events) {
            for (int bean = 0; bean < beans.size(); bean++) {
                for (Object[] values : beans.get(bean).rows(event)) {
                    append.add(bean, beans.get(bean), values);
                }
            }
        }
        return append;
    }

    /** Writes them, all or none. */
    void write(Append append) {
        try (Connection connection = journal.getConnection()) {
            connection.setAutoCommit(false);
            try (var settings = connection.createStatement()) {
                // Copies do not outlive a crash anyway. The commit that puts them in their places is durable, and with
                // it all that came before.
                settings.execute("set local synchronous_commit = off");
                for (int round = 0; round < append.rounds(); round++) {
                    write(connection, append, round);
                }
                connection.commit();
            } catch (SQLException | RuntimeException failed) {
                connection.rollback();
                throw failed;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException failed) {
            throw new EventStoreException("Rows could not be made again: " + failed.getMessage(), failed);
        }
    }

    private void write(Connection connection, Append append, int round) throws SQLException {
        for (int bean = 0; bean < beans.size(); bean++) {
            List<Object[]> rows = new ArrayList<>(append.rows(round, bean));
            if (!rows.isEmpty()) {
                try (var statement = connection.prepareStatement(statements.get(bean))) {
                    new Columns(connection, statement).add(beans.get(bean).types(), rows);
                    statement.execute();
                }
            }
        }
    }
}
