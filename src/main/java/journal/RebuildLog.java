package journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** How the last rebuild of each projection went, for all nodes. */
class RebuildLog {

    /** {@code interrupted} is what a process that died left behind. */
    enum State {
        BUILDING,
        DONE,
        FAILED,
        INTERRUPTED;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One table before and after.
     *
     * @param equal whether what was there is what the journal says should be, at one moment
     */
    record Compared(String table, long rows, String digest, long rebuiltRows, String rebuiltDigest, boolean equal) {}

    /**
     * One rebuild.
     *
     * @param passed entries of the journal that it has gone past
     * @param total entries there were when it last looked
     * @param compared the tables against their copies; empty until the copies were complete
     * @param problem why it failed
     */
    record Rebuild(
            State state,
            String startedBy,
            Instant startedAt,
            @Nullable Instant endedAt,
            long passed,
            long total,
            List<Compared> compared,
            @Nullable String problem) {}

    private static final String BEGIN = """
        insert into journal.rebuild (projection, state, started_by, started_at, passed, total) values (?, ?, ?, ?, 0, 0)
        on conflict (projection) do update set state = excluded.state, started_by = excluded.started_by,
            started_at = excluded.started_at, ended_at = null, passed = 0, total = 0, compared = null, problem = null\
        """;

    private final JdbcTemplate database;
    private final JsonMapper json;

    RebuildLog(JdbcTemplate database, JsonMapper json) {
        this.database = database;
        this.json = json;
    }

    void begin(String projection, String by, Instant at) {
        database.update(BEGIN, projection, State.BUILDING.word(), by, at.atOffset(ZoneOffset.UTC));
    }

    void progress(String projection, long passed, long total) {
        database.update(
                "update journal.rebuild set passed = ?, total = ? where projection = ?", passed, total, projection);
    }

    void compared(String projection, List<Compared> tables) {
        database.update(
                "update journal.rebuild set compared = ? where projection = ?",
                json.writeValueAsString(tables),
                projection);
    }

    void end(String projection, State state, @Nullable String problem, Instant at) {
        database.update(
                "update journal.rebuild set state = ?, problem = ?, ended_at = ? where projection = ?",
                state.word(),
                problem,
                at.atOffset(ZoneOffset.UTC),
                projection);
    }

    /** To be called by whoever holds the lock: then nobody is at it. */
    void interrupted(Instant at) {
        database.update(
                "update journal.rebuild set state = ?, ended_at = ? where state = ?",
                State.INTERRUPTED.word(),
                at.atOffset(ZoneOffset.UTC),
                State.BUILDING.word());
    }

    Optional<Rebuild> last(String projection) {
        return database
                .query("select * from journal.rebuild where projection = ?", (row, n) -> rebuild(row), projection)
                .stream()
                .findFirst();
    }

    Map<String, Rebuild> all() {
        Map<String, Rebuild> all = new TreeMap<>();
        database.query("select * from journal.rebuild", row -> {
            all.put(row.getString("projection"), rebuild(row));
        });
        return all;
    }

    private Rebuild rebuild(ResultSet row) throws SQLException {
        String compared = row.getString("compared");
        OffsetDateTime ended = row.getObject("ended_at", OffsetDateTime.class);
        return new Rebuild(
                State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                row.getString("started_by"),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                ended == null ? null : ended.toInstant(),
                row.getLong("passed"),
                row.getLong("total"),
                compared == null ? List.of() : json.readValue(compared, new TypeReference<List<Compared>>() {}),
                row.getString("problem"));
    }
}
