package platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server, or the traces of one, that a killed platform left on a data directory. */
final class OrphanedServer {

    private static final Logger log = LoggerFactory.getLogger(OrphanedServer.class);

    private final Path data;
    private final PostgresProgram program;

    OrphanedServer(Path data, PostgresProgram program) {
        this.data = data;
        this.program = program;
    }

    /** Stops it if it lives; removes its pid file if the pid is another process's by now. Needs the directory's lock. */
    void stop() throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        long pid = pid(pidFile);
        if (servesOurData(pid)) {
            log.warn("Stopping PostgreSQL (pid {}), left behind by a platform that was killed", pid);
            program.stop(data, 10);
        } else {
            log.warn("PostgreSQL was killed too, and recovers now");
            Files.deleteIfExists(pidFile);
        }
    }

    private static long pid(Path pidFile) throws IOException {
        var lines = Files.readAllLines(pidFile);
        try {
            return lines.isEmpty() ? 0 : Long.parseLong(lines.getFirst().strip());
        } catch (NumberFormatException cutShort) {
            return 0;
        }
    }

    /** A server's working directory is its data directory; where that cannot be seen, its arguments name it. */
    private boolean servesOurData(long pid) throws IOException {
        var process = pid > 0 ? ProcessHandle.of(pid) : Optional.<ProcessHandle>empty();
        if (process.filter(ProcessHandle::isAlive).isEmpty()) {
            return false;
        }
        Path workingDirectory = Path.of("/proc", Long.toString(pid), "cwd");
        if (Files.isReadable(workingDirectory)) {
            return workingDirectory.toRealPath().equals(data);
        }
        return process.get()
                .info()
                .commandLine()
                .filter(line -> line.contains(data.toString()))
                .isPresent();
    }
}
