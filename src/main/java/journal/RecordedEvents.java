package journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks up what the journal already holds of a group whose commit failed or whose outcome is unknown. */
final class RecordedEvents {

    private static final String LOOK_UP = """
        select event.aggregate_identifier, event.sequence_number, event.event_identifier
        from unnest(?::text[], ?::int8[]) as wanted (aggregate_identifier, sequence_number)
        join journal.event as event using (aggregate_identifier, sequence_number)\
        """;

    private record Place(String aggregate, long sequence) {}

    /** Who is where the first event of an aggregate in an append wants to be. */
    enum Standing {
        /** The append itself: it was committed. */
        RECORDED,
        /** Somebody else: it came too late. */
        TAKEN,
        FREE
    }

    private final Map<Place, String> ids;

    private RecordedEvents(Map<Place, String> ids) {
        this.ids = ids;
    }

    /** One query for all. */
    static RecordedEvents of(Connection connection, List<Append> group) throws SQLException {
        List<Append.Event> wanted =
                group.stream().flatMap(append -> append.events().stream()).toList();
        Map<Place, String> ids = new HashMap<>();
        try (var statement = connection.prepareStatement(LOOK_UP)) {
            var columns = new Columns(connection, statement);
            columns.add("text", wanted.stream().map(Append.Event::aggregate).toArray(String[]::new));
            columns.add("int8", wanted.stream().map(Append.Event::sequence).toArray(Long[]::new));
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.put(new Place(rows.getString(1), rows.getLong(2)), rows.getString(3));
                }
            }
        }
        return new RecordedEvents(ids);
    }

    /** An append is committed as a whole: any of its events speaks for all. */
    Standing of(Append append) {
        for (Append.Event event : append.events()) {
            String id = ids.get(new Place(event.aggregate(), event.sequence()));
            if (id != null) {
                return id.equals(event.id()) ? Standing.RECORDED : Standing.TAKEN;
            }
        }
        return Standing.FREE;
    }
}
