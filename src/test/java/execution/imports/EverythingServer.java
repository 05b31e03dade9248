package execution.imports;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The reference MCP server from npm, in the pinned version, on a loopback port. */
final class EverythingServer implements AutoCloseable {

    private static final Path FOLDER = Path.of("target/mcp");
    private static final Path PINNED = Path.of("src/test/resources/mcp");
    private static final Path SERVER = Path.of("node_modules/@modelcontextprotocol/server-everything/dist/index.js");

    private final Process process;
    private final int port;

    private EverythingServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Why the server cannot be had here; empty once it is installed. */
    static Optional<String> missing() throws IOException, InterruptedException {
        if (run("node", "--version") != 0) {
            return Optional.of("node is not installed");
        }
        Files.createDirectories(FOLDER);
        boolean same = true;
        for (String file : new String[] {"package.json", "package-lock.json"}) {
            Path here = FOLDER.resolve(file);
            same &= Files.exists(here) && Files.mismatch(here, PINNED.resolve(file)) < 0;
            Files.copy(PINNED.resolve(file), here, StandardCopyOption.REPLACE_EXISTING);
        }
        if (same && Files.exists(FOLDER.resolve(SERVER))) {
            return Optional.empty();
        }
        return run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline") == 0
                ? Optional.empty()
                : Optional.of("npm ci failed: the registry may be out of reach, see target/mcp/log");
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        try {
            Process process = process(command).start();
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return -1;
            }
            return process.exitValue();
        } catch (IOException noSuchProgram) {
            return -1;
        }
    }

    private static ProcessBuilder process(String... command) {
        return new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(FOLDER.resolve("log").toFile()));
    }

    static EverythingServer start() throws IOException, InterruptedException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ProcessBuilder server = process("node", SERVER.toString(), "streamableHttp");
        server.environment().put("PORT", Integer.toString(port));
        var started = new EverythingServer(server.start(), port);
        for (int tries = 0; tries < 300; tries++) {
            if (!started.process.isAlive()) {
                break;
            }
            try (Socket up = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return started;
            } catch (IOException notYet) {
                Thread.sleep(100);
            }
        }
        started.close();
        throw new IOException("the server did not start, see target/mcp/log");
    }

    String url() {
        return "http://127.0.0.1:" + port + "/mcp";
    }

    @Override
    public void close() {
        process.destroy();
    }
}
