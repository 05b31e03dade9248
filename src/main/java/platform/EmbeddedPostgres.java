package platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * A PostgreSQL of our own: one directory, the loopback address, durable commits. One platform at a time holds the
 * directory; a server that a killed platform left behind is stopped and recovered from.
 *
 * <p>The server runs in a session of its own ({@code pg_ctl} sees to that), so Ctrl-C reaches the platform first and
 * what is under way can still be written down.
 */
final class EmbeddedPostgres implements AutoCloseable {

    static final String USER = "firebreak_owner";

    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
    private static final int STOPS_WITHIN_SECONDS = 3;

    private final Path directory;
    private final Path data;
    private final FileChannel lock;
    private final PostgresProgram program;
    private final String password;
    private final int port;

    private EmbeddedPostgres(Path directory, int wantedPort, FileChannel lock) throws IOException {
        this.directory = directory;
        this.data = directory.resolve("data");
        this.lock = lock;
        this.program = new PostgresProgram(PostgresBinaries.unpackedInto(directory));
        this.password = password();
        new OrphanedServer(data, program).stop();
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            initialise();
        }
        this.port = wantedPort == 0 ? freePort() : wantedPort;
        start();
    }

    /** Starts the server on what the directory holds, or on a new database if it holds nothing. */
    static EmbeddedPostgres start(Path in, int port) {
        try {
            Path directory = Files.createDirectories(in).toRealPath();
            @Nullable FileChannel lock = lock(directory);
            if (lock == null) {
                throw new DatabaseInUse(directory);
            }
            try {
                return new EmbeddedPostgres(directory, port, lock);
            } catch (IOException | RuntimeException failed) {
                lock.close();
                throw failed;
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("Cannot start PostgreSQL in " + in, failed);
        }
    }

    /** The owner's login to a database, which is made if there is none of that name. */
    DatabaseOwner owner(String database) {
        var maintenance = new DatabaseOwner(url("postgres"), USER, password);
        try (var connection = maintenance.dataSource().getConnection();
                var statement = connection.createStatement()) {
            try (var found = connection.prepareStatement("select 1 from pg_database where datname = ?")) {
                found.setString(1, database);
                if (!found.executeQuery().next()) {
                    statement.execute("create database " + statement.enquoteIdentifier(database, true));
                }
            }
        } catch (SQLException failed) {
            throw new IllegalStateException("Cannot create database " + database, failed);
        }
        return new DatabaseOwner(url(database), USER, password);
    }

    /** Stops the server: at once and recoverable, if it cannot write everything back in time. */
    @Override
    public void close() {
        try {
            program.stop(data, STOPS_WITHIN_SECONDS);
        } finally {
            try {
                lock.close();
            } catch (IOException failed) {
                log.warn("The lock of {} could not be released", directory, failed);
            }
        }
    }

    private String url(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
    }

    private static @Nullable FileChannel lock(Path directory) throws IOException {
        var channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException heldByThisProcess) {
            log.debug("{} is held by this process", directory);
        }
        channel.close();
        return null;
    }

    private String password() throws IOException {
        Path file = directory.resolve("password");
        if (!Files.exists(file)) {
            var random = new byte[24];
            new SecureRandom().nextBytes(random);
            PrivateFile.write(file, HexFormat.of().formatHex(random));
        }
        return Files.readString(file);
    }

    private void initialise() throws IOException {
        Path incomplete = directory.resolve("data.initialising");
        FileSystemUtils.deleteRecursively(incomplete);
        program.run(
                STARTS_WITHIN,
                "initdb",
                "--pgdata=" + incomplete,
                "--username=" + USER,
                "--pwfile=" + directory.resolve("password"),
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--data-checksums",
                "--no-instructions");
        Files.writeString(
                incomplete.resolve("postgresql.conf"), "\ninclude 'firebreak.conf'\n", StandardOpenOption.APPEND);
        Files.move(incomplete, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private void start() throws IOException {
        // Logged statements would hold argument values, and details of a failed row even more of them.
        Files.writeString(data.resolve("firebreak.conf"), """
            # Written by Firebreak at every start; changes are lost.
            listen_addresses = '127.0.0.1'
            port = %d
            unix_socket_directories = ''
            fsync = on
            synchronous_commit = on
            full_page_writes = on
            password_encryption = 'scram-sha-256'
            max_connections = 200
            shared_buffers = '256MB'
            wal_buffers = '16MB'
            # Each checkpoint makes the next change of every page a whole page of log: under load, not every 20 seconds.
            max_wal_size = '2GB'
            # What waited and was done is dead in the queue's table: under load, not for a minute.
            autovacuum_naptime = '10s'
            jit = off
            timezone = 'UTC'
            log_timezone = 'UTC'
            log_checkpoints = off
            log_error_verbosity = terse
            log_min_error_statement = panic
            """.formatted(port));
        Path serverLog = directory.resolve("postgres.log");
        try {
            program.run(
                    STARTS_WITHIN,
                    "pg_ctl",
                    "--pgdata=" + data,
                    "--log=" + serverLog,
                    "--wait",
                    "--timeout=" + STARTS_WITHIN.toSeconds(),
                    "start");
        } catch (IOException failed) {
            throw new IOException("PostgreSQL did not start, see " + serverLog, failed);
        }
        log.info("PostgreSQL runs on 127.0.0.1:{} with its data in {}", port, data);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Two platforms cannot share one directory; they can share one configured database. */
    static final class DatabaseInUse extends IllegalStateException {
        DatabaseInUse(Path directory) {
            super("Another Firebreak uses the database in %s. Stop it, or set firebreak.database.directory to another"
                            .formatted(directory)
                    + " directory, or share one PostgreSQL through spring.datasource.url.");
        }
    }
}
