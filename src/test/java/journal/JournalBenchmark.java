package journal;

import com.sun.management.OperatingSystemMXBean;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;

/**
 * Admissions in process, as fast as closed-loop clients send them: two aggregates, two events and one inline row each.
 * Printed beside R, PostgreSQL's own rate of single-row commits in the same minute, and with the CPU that the JVM used for
 * one admission, which other load on the machine does not blur.
 *
 * <p>Arguments: seconds to warm up, seconds to measure, settings of the application as {@code name=value}.
 */
final class JournalBenchmark {

    private static final OperatingSystemMXBean CPU = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private record Result(long[] nanos, double seconds, double cpu) {
        double rate() {
            return nanos.length / seconds;
        }

        double cpuMicros() {
            return cpu * 1e6 / nanos.length;
        }

        double millis(double quantile) {
            return nanos.length == 0 ? 0 : nanos[(int) ((nanos.length - 1) * quantile)] / 1e6;
        }
    }

    private JournalBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Duration warmUp = Duration.ofSeconds(arguments.length > 0 ? Long.parseLong(arguments[0]) : 10);
        Duration measured = Duration.ofSeconds(arguments.length > 1 ? Long.parseLong(arguments[1]) : 8);
        try (var running = Running.start(Arrays.stream(arguments).skip(2).toArray(String[]::new))) {
            for (int tenant = 0; tenant < 1_000; tenant++) {
                running.ask("t" + tenant, new Sample.OpenTally("t" + tenant + "/tally"));
            }
            var ids = new AtomicLong();
            load(32, warmUp, client -> admit(running, 1_000, ids));
            System.out.printf(
                    "%8s %8s %10s %8s %8s %8s %8s %8s %8s%n",
                    "tenants", "clients", "rate/s", "R/s", "rate/R", "p50 ms", "p99 ms", "worst", "CPU us");
            for (int tenants : new int[] {1, 1_000}) {
                for (int clients : new int[] {32, 256}) {
                    load(clients, Duration.ofSeconds(2), client -> admit(running, tenants, ids));
                    Result result = load(clients, measured, client -> admit(running, tenants, ids));
                    double r = singleRowCommits(running);
                    System.out.printf(
                            "%8d %8d %10.0f %8.0f %8.2f %8.1f %8.1f %8.1f %8.1f%n",
                            tenants,
                            clients,
                            result.rate(),
                            r,
                            result.rate() / r,
                            result.millis(0.5),
                            result.millis(0.99),
                            result.millis(1),
                            result.cpuMicros());
                }
            }
            for (String summary : List.of("journal.lane.batch", "journal.group")) {
                System.out.printf(
                        "%s: %.1f on average%n",
                        summary,
                        running.bean(MeterRegistry.class).get(summary).summary().mean());
            }
        }
    }

    private static void admit(Running running, int tenants, AtomicLong ids) {
        String tenant = "t" + ThreadLocalRandom.current().nextInt(tenants);
        running.send(tenant, new Sample.Admit(tenant + "/tally", tenant + "/action/a" + ids.incrementAndGet()))
                .join();
    }

    /** R: 32 connections, each inserting one row and committing it. */
    private static double singleRowCommits(Running running) throws Exception {
        try (var pool = new HikariDataSource()) {
            pool.setDataSource(TestDatabases.owner(running.database));
            pool.setMaximumPoolSize(32);
            try (var connection = pool.getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("create table if not exists sample.single"
                        + " (id bigint generated always as identity primary key, text text)");
            }
            var statements = new java.sql.PreparedStatement[32];
            for (int client = 0; client < statements.length; client++) {
                statements[client] =
                        pool.getConnection().prepareStatement("insert into sample.single (text) values (?)");
                statements[client].setString(1, "x".repeat(300));
            }
            IntConsumer insert = client -> {
                try {
                    statements[client].executeUpdate();
                } catch (SQLException failed) {
                    throw new IllegalStateException(failed);
                }
            };
            load(32, Duration.ofSeconds(1), insert);
            return load(32, Duration.ofSeconds(3), insert).rate();
        }
    }

    private static Result load(int clients, Duration time, IntConsumer work) throws InterruptedException {
        var stop = new AtomicBoolean();
        List<List<Long>> samples = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        long start = System.nanoTime();
        long cpu = CPU.getProcessCpuTime();
        for (int i = 0; i < clients; i++) {
            int client = i;
            List<Long> own = new ArrayList<>();
            samples.add(own);
            threads.add(Thread.ofVirtual().start(() -> {
                while (!stop.get()) {
                    long begin = System.nanoTime();
                    work.accept(client);
                    own.add(System.nanoTime() - begin);
                }
            }));
        }
        Thread.sleep(time);
        stop.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuSeconds = (CPU.getProcessCpuTime() - cpu) / 1e9;
        long[] nanos = samples.stream()
                .flatMapToLong(own ->
                        LongStream.of(own.stream().mapToLong(Long::longValue).toArray()))
                .toArray();
        Arrays.sort(nanos);
        return new Result(nanos, seconds, cpuSeconds);
    }
}
