package platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs PostgreSQL's programs, as root too: PostgreSQL refuses to be root, so it gets a user namespace of its own. */
final class PostgresProgram {

    private static final Logger log = LoggerFactory.getLogger(PostgresProgram.class);
    private static final List<String> OWN_USER_NAMESPACE = List.of("unshare", "--user");

    private final PostgresBinaries binaries;
    private final List<String> prefix;

    PostgresProgram(PostgresBinaries binaries) throws IOException {
        this.binaries = binaries;
        this.prefix = isRoot() ? OWN_USER_NAMESPACE : List.of();
        if (isRoot() && !succeeds(List.of("unshare", "--user", "true"))) {
            throw new IOException("PostgreSQL refuses to run as root, and this machine gives no user namespace"
                    + " (unshare --user). Run Firebreak as an ordinary user, or configure spring.datasource.url.");
        }
    }

    /** Runs one program to its end; what it printed is in the exception if it failed. */
    void run(Duration within, String name, String... arguments) throws IOException {
        var command = new ArrayList<>(prefix);
        command.add(binaries.program(name).toString());
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("firebreak-" + name, ".log");
        try {
            if (!succeeds(builder(command).redirectErrorStream(true).redirectOutput(output.toFile()), within)) {
                throw new IOException(name + " failed: "
                        + Files.readString(output, StandardCharsets.UTF_8).strip());
            }
        } finally {
            Files.delete(output);
        }
    }

    /** Stops the server of a data directory; if it takes too long, without writing back: the next start recovers. */
    void stop(Path data, int withinSeconds) {
        var within = Duration.ofSeconds(withinSeconds + 5L);
        try {
            run(within, "pg_ctl", "--pgdata=" + data, "--mode=fast", "--wait", "--timeout=" + withinSeconds, "stop");
        } catch (IOException slow) {
            log.warn("PostgreSQL did not stop within {} s; stopping it at once", withinSeconds);
            try {
                run(within, "pg_ctl", "--pgdata=" + data, "--mode=immediate", "--wait", "--timeout=5", "stop");
            } catch (IOException failed) {
                throw new UncheckedIOException("PostgreSQL in " + data + " cannot be stopped", failed);
            }
        }
    }

    private static boolean isRoot() throws IOException {
        Path self = Path.of("/proc/self");
        return Files.exists(self)
                ? Files.getAttribute(self, "unix:uid").equals(0)
                : System.getProperty("user.name", "").equals("root");
    }

    private static boolean succeeds(List<String> command) throws IOException {
        var builder = builder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            return succeeds(builder, Duration.ofSeconds(10));
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    private static boolean succeeds(ProcessBuilder builder, Duration within) throws IOException {
        Process process = builder.start();
        process.getOutputStream().close();
        try {
            if (process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
                return process.exitValue() == 0;
            }
            process.destroyForcibly();
            return false;
        } catch (InterruptedException stopped) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while " + builder.command() + " ran", stopped);
        }
    }

    private static ProcessBuilder builder(List<String> command) {
        var builder = new ProcessBuilder(command);
        // The caller's settings for another PostgreSQL (PGDATA, PGPORT, PGOPTIONS …) must not reach ours.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        return builder;
    }
}
