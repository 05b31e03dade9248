package platform;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The platform in a process of its own, so that a test can kill it. */
final class PlatformProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final Pattern KEY = Pattern.compile("fbk_[A-Za-z0-9_-]+");

    private final Process process;
    private final int port;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();

    private PlatformProcess(Process process, int port) {
        this.process = process;
        this.port = port;
        Thread.ofVirtual().start(this::read);
    }

    /** Starts on a free port with its database in this directory, and waits until it is ready. */
    static PlatformProcess start(Path directory, String... settings) throws Exception {
        return start(AgentPlatform.class, directory, settings);
    }

    /** The same, with a main class of the tests' own. */
    static PlatformProcess start(Class<?> main, Path directory, String... settings) throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                "--server.port=" + port,
                "--firebreak.demo.enabled=false",
                "--firebreak.sealing.file=" + directory.resolve("sealing-keys.json"),
                "--firebreak.database.directory=" + directory));
        command.addAll(Arrays.asList(settings));
        var started = new PlatformProcess(
                new ProcessBuilder(command).redirectErrorStream(true).start(), port);
        try {
            if (!started.ready.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("The platform ended: " + String.join("\n", started.output));
            }
        } catch (Exception never) {
            started.kill();
            throw never;
        }
        return started;
    }

    private void read() {
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
                Canaries.watch("the output of a process", line);
                if (line.contains(" : Started ")) {
                    ready.complete(true);
                }
            }
        } catch (IOException closed) {
            output.add(closed.toString());
        }
        ready.complete(false);
    }

    URI base() {
        return URI.create("http://localhost:" + port);
    }

    /** The operator's first key, which only the first start on a database prints; waits for it. */
    String operatorKey() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            Optional<String> key = output.stream()
                    .map(KEY::matcher)
                    .filter(Matcher::find)
                    .map(Matcher::group)
                    .findFirst();
            if (key.isPresent()) {
                return key.get();
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        throw new IllegalStateException("No operator key was printed: " + String.join("\n", output));
    }

    long pid() {
        return process.pid();
    }

    /** SIGKILL: nothing is tidied up, and the database is left behind. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM, as a service manager would; waits for the end. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            kill();
            throw new IllegalStateException("The platform did not stop: " + String.join("\n", output));
        }
    }
}
