package platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
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
    private static final Pattern ADDRESS = Pattern.compile("//([^:/]+):(\\d+)/(\\w+)");
    private static final String TABLE = """
        create schema if not exists bench;
        create table if not exists bench.row (id bigint generated always as identity primary key, body text)\
        """;

    static ReferenceRate measure(DatabaseOwner owner, int seconds) throws Exception {
        try (Connection connection = owner.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(TABLE);
        }
        try {
            return new ReferenceRate(pgbench(owner, seconds), "pgbench");
        } catch (IOException notInstalled) {
            return new ReferenceRate(jdbc(owner, seconds), "jdbc");
        }
    }

    private static double pgbench(DatabaseOwner owner, int seconds) throws IOException, InterruptedException {
        Matcher address = ADDRESS.matcher(owner.url());
        if (!address.find()) {
            throw new IllegalStateException("Not an address: " + owner.url());
        }
        Path script = Files.createTempFile("reference", ".sql");
        Files.writeString(script, "insert into bench.row (body) values ('" + "x".repeat(300) + "');");
        var builder = new ProcessBuilder(
                        "pgbench",
                        "-n",
                        "-M",
                        "prepared",
                        "-c",
                        "" + CLIENTS,
                        "-j",
                        "2",
                        "-T",
                        "" + seconds,
                        "-h",
                        address.group(1),
                        "-p",
                        address.group(2),
                        "-U",
                        owner.user(),
                        "-f",
                        script.toString(),
                        address.group(3))
                .redirectErrorStream(true);
        builder.environment().put("PGPASSWORD", owner.password());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        Files.delete(script);
        Matcher tps = TPS.matcher(output);
        if (!tps.find()) {
            throw new IllegalStateException("pgbench printed no rate: " + output);
        }
        return Double.parseDouble(tps.group(1));
    }

    private static double jdbc(DatabaseOwner owner, int seconds) throws InterruptedException {
        var commits = new LongAdder();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        List<Thread> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            clients.add(Thread.ofPlatform().start(() -> {
                try (Connection connection = owner.dataSource().getConnection();
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
