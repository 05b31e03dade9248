package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/**
 * After all other tests: none of the secret values that they planted is to be seen in what they left behind. Every column
 * of every row of every database is read as text, and every file of the server and every log as it is.
 */
class CanaryScanIT {

    private static final Path SERVER = Path.of("target", "postgres");
    private static final String ON_PURPOSE = "fbkplantedonpurpose";

    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void start() {
        postgres = EmbeddedPostgres.start(SERVER, 0);
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
        Canaries.forget();
    }

    @Test
    void every_kind_of_secret_was_planted() {
        assertThat(Canaries.planted().stream().map(line -> line.split(" ", 2)[0]))
                .contains("api_key", "basic", "client_credentials", "refresh_token", "certificate");
    }

    @Test
    void no_answer_trace_metric_or_log_line_showed_one() {
        assertThat(Canaries.found()).isEmpty();
    }

    @Test
    void no_row_holds_one() throws Exception {
        List<String> found = new ArrayList<>();
        for (String database : names("postgres", "select datname from pg_database where datname like 'test\\_%'")) {
            found.addAll(tables(database, Canaries.TRACKS));
        }
        assertThat(found).isEmpty();
    }

    @Test
    void no_file_holds_one() throws Exception {
        List<Path> files = new ArrayList<>();
        for (Path folder : List.of(SERVER.resolve("data"), Path.of("target", "logs"))) {
            try (Stream<Path> below = Files.walk(folder)) {
                below.filter(Files::isRegularFile).forEach(files::add);
            }
        }
        assertThat(files).hasSizeGreaterThan(100);
        assertThat(files.stream().filter(file -> holds(file, Canaries.TRACKS))).isEmpty();
    }

    @Test
    void one_that_is_planted_on_purpose_is_found_in_every_encoding() {
        for (int offset = 0; offset < 3; offset++) {
            byte[] text = ("?".repeat(offset) + " before " + ON_PURPOSE + " after").getBytes(StandardCharsets.UTF_8);
            assertThat(Tracks.of(ON_PURPOSE).in(Base64.getEncoder().encode(text)))
                    .isPresent();
            assertThat(Tracks.of(ON_PURPOSE)
                            .in(HexFormat.of().withUpperCase().formatHex(text).getBytes(StandardCharsets.UTF_8)))
                    .isPresent();
        }
    }

    @Test
    void one_that_is_planted_on_purpose_is_found_in_every_kind_of_column() throws Exception {
        try (Connection connection = postgres.owner("planted").dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table one (a text, b bytea, c jsonb)");
            for (String row : List.of(
                    "insert into one (a) values (repeat('x', 100000) || '%s')",
                    "insert into one (b) values (convert_to('%s', 'UTF8'))",
                    "insert into one (c) values ('{\"deep\": [\"%s\"]}')")) {
                statement.execute(row.formatted(ON_PURPOSE));
                assertThat(tables("planted", Tracks.of(ON_PURPOSE))).as(row).containsExactly("planted: public.one");
                statement.execute("truncate one");
            }
            assertThat(tables("planted", Tracks.of(ON_PURPOSE))).isEmpty();
        }
        try (Connection connection = postgres.owner("postgres").dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop database planted");
        }
    }

    @Test
    void one_that_is_planted_on_purpose_is_found_in_a_file(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("some.log");
        // Over the edge of what is read at once.
        Files.writeString(file, "x".repeat((1 << 20) - 4) + ON_PURPOSE);
        assertThat(holds(file, Tracks.of(ON_PURPOSE))).isTrue();
    }

    private static boolean holds(Path file, Tracks tracks) {
        try (InputStream bytes = Files.newInputStream(file)) {
            return tracks.in(bytes).isPresent();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static List<String> tables(String database, Tracks tracks) throws Exception {
        List<String> found = new ArrayList<>();
        for (String table : names(
                database,
                "select format('%I.%I', schemaname, tablename) from pg_tables"
                        + " where schemaname not in ('pg_catalog', 'information_schema') order by 1")) {
            if (seenIn(database, table, tracks).isPresent()) {
                found.add(database + ": " + table);
            }
        }
        return found;
    }

    /** All rows as text: {@code bytea} is written in hexadecimal, compressed values are unpacked. */
    private static Optional<String> seenIn(String database, String table, Tracks tracks) throws Exception {
        try (Connection connection = postgres.owner(database).dataSource().getConnection();
                var reader = Executors.newVirtualThreadPerTaskExecutor();
                var rows = new PipedInputStream(1 << 16);
                OutputStream out = new PipedOutputStream(rows)) {
            CompletableFuture<Optional<String>> found = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return tracks.in(rows);
                        } catch (IOException failed) {
                            throw new UncheckedIOException(failed);
                        }
                    },
                    reader);
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("copy (select * from " + table + ") to stdout", out);
            out.close();
            return found.get();
        }
    }

    private static List<String> names(String database, String query) throws SQLException {
        try (Connection connection = postgres.owner(database).dataSource().getConnection();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            List<String> names = new ArrayList<>();
            while (rows.next()) {
                names.add(rows.getString(1));
            }
            return names;
        }
    }
}
