package platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The life of the embedded server, death of its platform included. */
class EmbeddedPostgresTest {

    @TempDir
    Path directory;

    private @Nullable Path shared;

    @AfterEach
    void unlink() throws IOException {
        if (shared != null) {
            Files.delete(shared);
        }
    }

    /** Starts a server, writes a row, says so, and waits to be killed. */
    static final class Victim {
        public static void main(String[] arguments) throws InterruptedException {
            var postgres = EmbeddedPostgres.start(Path.of(arguments[0]), 0);
            var rows = JdbcClient.create(postgres.owner("life").dataSource());
            rows.sql("create table witness (said text)").update();
            rows.sql("insert into witness values ('committed')").update();
            System.out.println("WRITTEN");
            Thread.sleep(Duration.ofMinutes(5));
        }
    }

    @Test
    void what_was_committed_survives_the_kill_of_the_platform_and_the_orphan_is_replaced() throws Exception {
        shareUnpackedServer();
        Process platform = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        try (var output =
                new BufferedReader(new InputStreamReader(platform.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(output.lines().anyMatch("WRITTEN"::equals)).isTrue();
            assertThatThrownBy(() -> EmbeddedPostgres.start(directory, 0))
                    .as("a second platform on the same directory")
                    .isInstanceOf(EmbeddedPostgres.DatabaseInUse.class)
                    .hasMessageContaining("firebreak.database.directory");
        } finally {
            platform.destroyForcibly();
        }
        assertThat(platform.waitFor(10, TimeUnit.SECONDS)).isTrue();
        long orphan = pid();
        assertThat(ProcessHandle.of(orphan))
                .as("PostgreSQL outlives its platform")
                .isPresent();

        try (var postgres = EmbeddedPostgres.start(directory, 0)) {
            var rows = JdbcClient.create(postgres.owner("life").dataSource());
            assertThat(rows.sql("select said from witness").query(String.class).list())
                    .containsExactly("committed");
            assertThat(pid()).isNotEqualTo(orphan);
        }
        assertThat(directory.resolve("data/postmaster.pid"))
                .as("nothing is left running")
                .doesNotExist();
    }

    @Test
    void a_pid_file_that_names_a_stranger_is_no_reason_to_kill_him_or_to_give_up() throws IOException {
        shareUnpackedServer();
        EmbeddedPostgres.start(directory, 0).close();
        Files.write(
                directory.resolve("data/postmaster.pid"),
                List.of(
                        Long.toString(ProcessHandle.current().pid()),
                        directory.resolve("data").toString()));

        try (var postgres = EmbeddedPostgres.start(directory, 0)) {
            assertThat(JdbcClient.create(postgres.owner("life").dataSource())
                            .sql("show fsync")
                            .query(String.class)
                            .single())
                    .isEqualTo("on");
        }
    }

    @Test
    void nobody_logs_in_without_the_password() throws IOException {
        shareUnpackedServer();
        try (var postgres = EmbeddedPostgres.start(directory, 0)) {
            var guessed = new DatabaseOwner(postgres.owner("life").url(), EmbeddedPostgres.USER, "guess");
            assertThatThrownBy(() -> guessed.dataSource().getConnection()).isInstanceOf(SQLException.class);
        }
    }

    private long pid() throws IOException {
        return Long.parseLong(Files.readAllLines(directory.resolve("data/postmaster.pid"))
                .getFirst()
                .strip());
    }

    /** Unpacking takes longer than the rest of the test: the server that other tests use is linked instead. */
    private void shareUnpackedServer() throws IOException {
        Path used = Files.createDirectories(Path.of("target", "postgres")).toRealPath();
        PostgresBinaries binaries = PostgresBinaries.unpackedInto(used);
        shared = Files.createSymbolicLink(directory.resolve(binaries.home().getFileName()), binaries.home());
    }
}
