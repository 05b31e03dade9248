package platform;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;
import platform.TestTenants.TestTenant;
import tenancy.Role;

/**
 * Admissions and whole lives a second, over HTTP, beside R. Run by
 * {@code mvn -q -Pbenchmark test-compile exec:exec}; prints one table.
 *
 * <p>Arguments: seconds a cell (default 8), then {@code admission} (the default) or {@code life}.
 */
final class AdmissionBenchmark {

    private static final int[] TENANTS = {1, 200, 1_000};
    private static final int[] CLIENTS = {32, 128, 256};
    private static final int WARM_UP_SECONDS = 90;
    private static final String ADMISSION = "/v1/actions";
    private static final String LIFE = "/v1/actions?wait=PT10S";
    private static final Pattern RATE = Pattern.compile("rate=(\\d+)");
    private static final PrintStream OUT = System.out;

    private final int seconds;
    private final int port;
    private final EmbeddedPostgres postgres;
    private final long postmaster;

    private AdmissionBenchmark(ConfigurableApplicationContext context, Path directory, int seconds) throws IOException {
        this.seconds = seconds;
        this.port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
        this.postgres = context.getBean(EmbeddedPostgres.class);
        this.postmaster = Long.parseLong(
                Files.readAllLines(directory.resolve("data/postmaster.pid")).getFirst());
    }

    public static void main(String[] args) throws Exception {
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 8;
        List<String> parts = args.length > 1 ? List.of(args).subList(1, args.length) : List.of("admission");
        Path directory = Files.createTempDirectory("firebreak-benchmark");
        try (var context = SpringApplication.run(
                        AgentPlatform.class,
                        "--server.port=0",
                        "--firebreak.demo.enabled=false",
                        // One slot: what is admitted waits, and what is measured is the admission.
                        "--firebreak.execution.pools.shared.slots=" + (parts.contains("life") ? 256 : 1),
                        "--firebreak.database.directory=" + directory,
                        "--logging.level.root=warn");
                var tenants = TestTenants.of(context)) {
            new AdmissionBenchmark(context, directory, seconds).run(tenants, parts);
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
    }

    private void run(TestTenants tenants, List<String> parts) throws Exception {
        try (var sandbox = SandboxServer.start(0)) {
            List<TestTenant> registered = register(tenants, sandbox, parts);
            OUT.printf(
                    "%-12s %7s %7s %8s %5s %7s %7s %8s %6s %6s  %s%n",
                    "what",
                    "tenants",
                    "clients",
                    "rate/s",
                    "of R",
                    "p50 ms",
                    "p99 ms",
                    "worst ms",
                    "jvm",
                    "pg",
                    "answers");
            warmUp(registered, parts.contains("life") ? LIFE : ADMISSION);
            if (parts.contains("admission")) {
                for (int count : TENANTS) {
                    for (int clients : CLIENTS) {
                        cell("admission", registered, count, clients, ADMISSION);
                    }
                }
            }
            if (parts.contains("life")) {
                cell("whole life", registered, 1, 32, LIFE);
                cell("whole life", registered, 200, 32, LIFE);
            }
        }
    }

    private List<TestTenant> register(TestTenants tenants, SandboxServer sandbox, List<String> parts) throws Exception {
        int count = parts.contains("admission") ? TENANTS[TENANTS.length - 1] : 200;
        URI target = URI.create(sandbox.url());
        tenants.quotaClass(TestTenants.QUOTA_CLASS, TestTenants.ROOMY);
        List<Callable<TestTenant>> registering = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            String id = "bench_%04d".formatted(n);
            registering.add(() -> {
                TestTenant tenant = tenants.register(id);
                tenants.connector(id, "zendesk", target);
                return tenant;
            });
        }
        List<TestTenant> registered = new ArrayList<>();
        try (var pool = Executors.newFixedThreadPool(16)) {
            for (var tenant : pool.invokeAll(registering)) {
                registered.add(tenant.get());
            }
        }
        return registered;
    }

    /** Until the compilers have nothing left to do: cold code is some ten times slower. */
    private void warmUp(List<TestTenant> registered, String path) throws Exception {
        Path keys = keys(registered);
        load(keys, 64, WARM_UP_SECONDS, path);
        Files.delete(keys);
    }

    private static Path keys(List<TestTenant> tenants) throws IOException {
        Path keys = Files.createTempFile("keys", ".txt");
        Files.write(
                keys,
                tenants.stream()
                        .map(tenant -> tenant.id() + " " + tenant.key(Role.AGENT))
                        .toList());
        return keys;
    }

    private void cell(String what, List<TestTenant> registered, int count, int clients, String path) throws Exception {
        ReferenceRate reference = ReferenceRate.measure(postgres.owner("reference"), 3);
        Path keys = keys(registered.subList(0, count));
        double jvm = jvmSeconds();
        double database = databaseSeconds();
        long start = System.nanoTime();
        String line = load(keys, clients, seconds, path);
        double elapsed = (System.nanoTime() - start) / 1e9;
        Files.delete(keys);
        Matcher rate = RATE.matcher(line);
        if (!rate.find()) {
            throw new IllegalStateException("No rate: " + line);
        }
        OUT.printf(
                "%-12s %7d %7d %8s %5.2f %7.1f %7.1f %8.1f %6.2f %6.2f  %s (R %.0f by %s)%n",
                what,
                count,
                clients,
                rate.group(1),
                Double.parseDouble(rate.group(1)) / reference.perSecond(),
                value(line, "p50") / 1e3,
                value(line, "p99") / 1e3,
                value(line, "worst") / 1e3,
                (jvmSeconds() - jvm) / elapsed,
                (databaseSeconds() - database) / elapsed,
                line.substring(line.indexOf("statuses=") + 9),
                reference.perSecond(),
                reference.measuredWith());
    }

    private static double value(String line, String name) {
        Matcher value = Pattern.compile(name + "=(\\d+)").matcher(line);
        return value.find() ? Double.parseDouble(value.group(1)) : Double.NaN;
    }

    private String load(Path keys, int clients, int forSeconds, String path) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HttpLoad.class.getName(),
                        Integer.toString(port),
                        keys.toString(),
                        Integer.toString(clients),
                        Integer.toString(forSeconds),
                        path)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.strip().lines().reduce("", (before, after) -> after);
    }

    private static double jvmSeconds() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    /** CPU time of the database server and its children, alive and gone. */
    private double databaseSeconds() {
        return ProcessHandle.of(postmaster)
                .map(server -> server.children()
                        .map(child -> child.info()
                                .totalCpuDuration()
                                .map(time -> time.toNanos() / 1e9)
                                .orElse(0.0))
                        .reduce(0.0, Double::sum))
                .orElse(Double.NaN);
    }
}
