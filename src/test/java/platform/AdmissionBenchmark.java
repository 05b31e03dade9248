package platform;

import com.sun.management.OperatingSystemMXBean;
import execution.Actions;
import execution.InProcessLoad;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
 * Admissions and whole lives a second, in process and over HTTP, beside R. Run by
 * {@code mvn -q -Pbenchmark test-compile exec:exec}; prints one table a kind.
 *
 * <p>Arguments: seconds a cell (default 8), then {@code admission}, {@code life} or both (the default). The system
 * properties {@code benchmark.tenants}, {@code benchmark.clients}, {@code benchmark.how} (lists with commas) and
 * {@code benchmark.warm-up} (seconds) choose cells; a number that stands twice is measured twice. Where other work runs
 * beside it, compare processor time an admission ({@code jvm us}, {@code pg us}) and not rates.
 */
final class AdmissionBenchmark {

    private static final int WARM_UP_SECONDS = Integer.parseInt(chosenOr("warm-up", "90"));
    private static final Pattern RATE = Pattern.compile("rate=(\\d+)");
    private static final PrintStream OUT = System.out;

    /** What is asked for, and how. */
    private enum Kind {
        ADMISSION("admission", Duration.ZERO, "/v1/actions"),
        LIFE("whole life", Duration.ofSeconds(10), "/v1/actions?wait=PT10S");

        private final String words;
        private final Duration wait;
        private final String path;

        Kind(String words, Duration wait, String path) {
            this.words = words;
            this.wait = wait;
            this.path = path;
        }
    }

    private final int seconds;
    private final EmbeddedPostgres postgres;
    private final long postmaster;
    private final MeterRegistry meters;
    private final Actions actions;
    private final Process load;
    private final BufferedWriter orders;
    private final BufferedReader answers;
    private int cells;

    private AdmissionBenchmark(ConfigurableApplicationContext context, Path directory, int seconds) throws IOException {
        this.seconds = seconds;
        this.postgres = context.getBean(EmbeddedPostgres.class);
        this.postmaster = Long.parseLong(
                Files.readAllLines(directory.resolve("data/postmaster.pid")).getFirst());
        this.meters = context.getBean(MeterRegistry.class);
        this.actions = context.getBean(Actions.class);
        this.load = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HttpLoad.class.getName(),
                        context.getEnvironment().getRequiredProperty("local.server.port"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.orders = load.outputWriter(StandardCharsets.US_ASCII);
        this.answers = load.inputReader(StandardCharsets.US_ASCII);
    }

    public static void main(String[] args) throws Exception {
        // The sandbox closes connections beyond a number, without saying so, and delays small answers.
        System.setProperty("sun.net.httpserver.maxIdleConnections", "4000");
        System.setProperty("sun.net.httpserver.nodelay", "true");
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 8;
        List<String> wanted = args.length > 1 ? List.of(args).subList(1, args.length) : List.of("admission", "life");
        for (String kind : wanted) {
            measure(Kind.valueOf(kind.toUpperCase(Locale.ROOT)), seconds);
        }
    }

    private static void measure(Kind kind, int seconds) throws Exception {
        Path directory = Files.createTempDirectory("firebreak-benchmark");
        try (var context = SpringApplication.run(
                        AgentPlatform.class,
                        "--server.port=0",
                        "--firebreak.demo.enabled=false",
                        // One slot: what is admitted waits, and what is measured is the admission.
                        "--firebreak.execution.pools.shared.slots=" + (kind == Kind.LIFE ? 256 : 1),
                        "--firebreak.database.directory=" + directory,
                        "--logging.level.root=warn");
                var tenants = TestTenants.of(context)) {
            var benchmark = new AdmissionBenchmark(context, directory, seconds);
            try {
                benchmark.run(tenants, kind);
            } finally {
                benchmark.load.destroy();
            }
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
    }

    private void run(TestTenants tenants, Kind kind) throws Exception {
        try (var sandbox = SandboxServer.start(0)) {
            List<TestTenant> registered = register(tenants, sandbox);
            warmUp(registered, kind);
            OUT.printf(
                    "%-11s %-10s %7s %7s %7s %5s %7s %7s %8s %6s %6s %6s %6s %6s %6s  %s%n",
                    "what",
                    "how",
                    "tenants",
                    "clients",
                    "rate/s",
                    "of R",
                    "p50 ms",
                    "p99 ms",
                    "worst ms",
                    "lane",
                    "group",
                    "jvm",
                    "pg",
                    "jvm us",
                    "pg us",
                    "answers");
            for (int count : chosen("tenants", kind == Kind.LIFE ? "1,200" : "1,200,1000")) {
                for (int clients : chosen("clients", kind == Kind.LIFE ? "32" : "32,128,256")) {
                    for (String how : hows()) {
                        cell(kind, how, registered, count, clients);
                    }
                }
            }
        }
    }

    /** Nothing chosen is no choice: a build hands over what it was not told as an empty text. */
    private static String chosenOr(String what, String otherwise) {
        String chosen = System.getProperty("benchmark." + what, "");
        return chosen.isBlank() ? otherwise : chosen;
    }

    private static String[] hows() {
        return chosenOr("how", "process,HTTP").split(",");
    }

    private static int[] chosen(String what, String otherwise) {
        return Arrays.stream(chosenOr(what, otherwise).split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private List<TestTenant> register(TestTenants tenants, SandboxServer sandbox) throws Exception {
        int count = Arrays.stream(chosen("tenants", "1,200,1000")).max().orElseThrow();
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
    private void warmUp(List<TestTenant> registered, Kind kind) throws Exception {
        int step = 5;
        String[] hows = hows();
        for (int warm = 0; warm < WARM_UP_SECONDS; warm += step) {
            String how = hows[warm / step % hows.length];
            OUT.printf("warm-up, %3d s, %s: %s%n", warm + step, how, load(how, registered, 64, step, kind));
        }
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

    private void cell(Kind kind, String how, List<TestTenant> registered, int count, int clients) throws Exception {
        ReferenceRate reference = ReferenceRate.measure(postgres.owner("reference"), 3);
        List<TestTenant> asked = registered.subList(0, count);
        var lanes = new Mean("journal.lane.batch");
        var groups = new Mean("journal.group");
        double jvm = jvmSeconds();
        double database = databaseSeconds();
        long start = System.nanoTime();
        String line =
                "HTTP".equals(how) ? overHttp(asked, clients, seconds, kind) : inProcess(asked, clients, seconds, kind);
        double elapsed = (System.nanoTime() - start) / 1e9;
        double jvmUsed = jvmSeconds() - jvm;
        double databaseUsed = databaseSeconds() - database;
        double answered = value(line, "count");
        Matcher rate = RATE.matcher(line);
        if (!rate.find()) {
            throw new IllegalStateException("No rate: " + line);
        }
        OUT.printf(
                "%-11s %-10s %7d %7d %7s %5.2f %7.1f %7.1f %8.1f %6.1f %6.1f %6.2f %6.2f %6.0f %6.0f  %s (R %.0f by %s)%n",
                kind.words,
                how,
                count,
                clients,
                rate.group(1),
                Double.parseDouble(rate.group(1)) / reference.perSecond(),
                value(line, "p50") / 1e3,
                value(line, "p99") / 1e3,
                value(line, "worst") / 1e3,
                lanes.since(),
                groups.since(),
                jvmUsed / elapsed,
                databaseUsed / elapsed,
                jvmUsed * 1e6 / answered,
                databaseUsed * 1e6 / answered,
                line.substring(line.indexOf("statuses=") + 9),
                reference.perSecond(),
                reference.measuredWith());
    }

    private String load(String how, List<TestTenant> tenants, int clients, int forSeconds, Kind kind) throws Exception {
        return "HTTP".equals(how)
                ? overHttp(tenants, clients, forSeconds, kind)
                : inProcess(tenants, clients, forSeconds, kind);
    }

    private String inProcess(List<TestTenant> tenants, int clients, int forSeconds, Kind kind) throws Exception {
        return new InProcessLoad(actions, kind.wait, "p" + cells++)
                .run(tenants.stream().map(TestTenant::id).toList(), clients, Duration.ofSeconds(forSeconds))
                .toString();
    }

    private String overHttp(List<TestTenant> tenants, int clients, int forSeconds, Kind kind) throws IOException {
        Path keys = keys(tenants);
        try {
            orders.write(keys + " " + clients + " " + forSeconds + " " + kind.path + " 0\n");
            orders.flush();
            String line = answers.readLine();
            if (line == null) {
                throw new IOException("The load's process has ended.");
            }
            return line;
        } finally {
            Files.delete(keys);
        }
    }

    /** The mean of what a summary records from now on. */
    private final class Mean {
        private final DistributionSummary summary;
        private final double total;
        private final long count;

        Mean(String name) {
            this.summary = meters.get(name).summary();
            this.total = summary.totalAmount();
            this.count = summary.count();
        }

        double since() {
            return (summary.totalAmount() - total) / (summary.count() - count);
        }
    }

    private static double value(String line, String name) {
        Matcher value = Pattern.compile(name + "=(\\d+)").matcher(line);
        return value.find() ? Double.parseDouble(value.group(1)) : Double.NaN;
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
