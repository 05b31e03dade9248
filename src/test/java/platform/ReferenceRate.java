package platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * R: how many single-row transactions a second this PostgreSQL commits durably for 32 clients, with rows of 300 bytes.
 * Every figure of the benchmark is printed beside it, because machines differ and wander. Measured with {@code pgbench}
 * where it is installed, else through JDBC, which costs more on the client's side; the result says which.
 */
record ReferenceRate(double perSecond, String measuredWith) {

    private static final int CLIENTS = 32;
    private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+)");
    private static final String TABLE = """
            create schema if not exists bench;
            create table if not exists bench.row (id bigint generated always as identity primary key, body text)""";

    static ReferenceRate measure(String host, int port, String user, String database, int seconds) throws Exception {
        String url = "jdbc:postgresql://%s:%d/%s?user=%s".formatted(host, port, database, user);
        try (Connection connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute(TABLE);
        }
        try {
            return new ReferenceRate(pgbench(host, port, user, database, seconds), "pgbench");
        } catch (IOException notInstalled) {
            return new ReferenceRate(jdbc(url, seconds), "jdbc");
        }
    }

    private static double pgbench(String host, int port, String user, String database, int seconds)
            throws IOException, InterruptedException {
        Path script = Files.createTempFile("reference", ".sql");
        Files.writeString(script, "insert into bench.row (body) values ('" + "x".repeat(300) + "');");
        Process process = new ProcessBuilder(
                        "pgbench", "-n", "-M", "prepared", "-c", "" + CLIENTS, "-j", "2", "-T", "" + seconds,
                        "-h", host, "-p", "" + port, "-U", user, "-f", script.toString(), database)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        Files.delete(script);
        Matcher tps = TPS.matcher(output);
        if (!tps.find()) {
            throw new IllegalStateException("pgbench printed no rate: " + output);
        }
        return Double.parseDouble(tps.group(1));
    }

    private static double jdbc(String url, int seconds) throws InterruptedException {
        var commits = new LongAdder();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        List<Thread> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            clients.add(Thread.ofPlatform().start(() -> {
                try (Connection connection = DriverManager.getConnection(url);
                        PreparedStatement insert =
                                connection.prepareStatement("insert into bench.row (body) values (?)")) {
                    while (System.nanoTime() < end) {
                        insert.setString(1, "x".repeat(300));
                        insert.executeUpdate();
                        commits.increment();
                    }
                } catch (SQLException failed) {
                    throw new IllegalStateException(failed);
                }
            }));
        }
        for (Thread client : clients) {
            client.join();
        }
        return commits.sum() / (double) seconds;
    }
}
