package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.test.context.TestPropertySource;
import platform.TestTenants.TestTenant;
import tenancy.Role;
import tools.jackson.databind.JsonNode;

/**
 * How long admissions take while every projection is rebuilt, one after another, against how long they take else, in turns.
 * The load is held at half of what closed-loop clients reach; what is admitted waits, and what is measured is the
 * admission. Fails if a rebuilt table is not the one that served; prints what it measured.
 */
@PlatformTest
@TestPropertySource(properties = "firebreak.execution.pools.shared.slots=1")
@Tag("benchmark")
class RebuildUnderLoadBenchmark {

    private static final int TENANTS = Integer.getInteger("benchmark.tenants", 50);
    private static final int CLIENTS = Integer.getInteger("benchmark.clients", 32);
    private static final int COPIES = Integer.getInteger("benchmark.copies", 40);
    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 2);
    private static final int ACTIONS = 120;
    private static final int SECONDS = 5;
    private static final int WARM_UP_WINDOWS = 8;
    /** Of the most that closed-loop clients reach. */
    private static final double HELD = Integer.getInteger("benchmark.percent", 50) / 100.0;

    @Autowired
    ApplicationContext context;

    @Autowired
    Environment environment;

    /** What clients saw for some seconds; times in milliseconds. */
    private record Window(double rate, double half, double p99, double worst) {

        static Window of(String line) {
            assertThat(line).as("all were admitted").containsPattern("statuses=\\{202=\\d+}");
            return new Window(
                    value(line, "rate"),
                    value(line, "p50") / 1e3,
                    value(line, "p99") / 1e3,
                    value(line, "worst") / 1e3);
        }

        private static double value(String line, String name) {
            Matcher value = Pattern.compile(name + "=(\\d+)").matcher(line);
            assertThat(value.find()).as(line).isTrue();
            return Double.parseDouble(value.group(1));
        }
    }

    @Test
    void admissions_while_every_projection_is_rebuilt() throws Exception {
        try (TestTenants tenants = TestTenants.of(context);
                SandboxServer sandbox = SandboxServer.start(0)) {
            Path keys = Files.createTempFile("keys", ".txt");
            Process process = load();
            try (BufferedWriter orders = process.outputWriter(StandardCharsets.US_ASCII);
                    BufferedReader answers = process.inputReader(StandardCharsets.US_ASCII)) {
                past(tenants, sandbox);
                Files.write(
                        keys,
                        registered(tenants, sandbox).stream()
                                .map(tenant -> tenant.id() + " " + tenant.key(Role.AGENT))
                                .toList());
                // The streams were copied past the projections: from here on these hold them.
                everythingRebuilt(tenants, false);
                List<Window> warm = new ArrayList<>();
                for (int window = 0; window < WARM_UP_WINDOWS; window++) {
                    warm.add(printed("closed loop", window(orders, answers, keys, 0)));
                }
                double held = HELD * median(warm.subList(WARM_UP_WINDOWS / 2, WARM_UP_WINDOWS), Window::rate);
                List<Window> alone = new ArrayList<>();
                List<Window> beside = new ArrayList<>();
                for (int round = 0; round < ROUNDS; round++) {
                    for (int window = 0; window < 4; window++) {
                        alone.add(printed("alone", window(orders, answers, keys, held)));
                    }
                    long start = System.nanoTime();
                    var rebuilding = CompletableFuture.supplyAsync(() -> everythingRebuilt(tenants, true));
                    while (!rebuilding.isDone()) {
                        beside.add(printed("beside", window(orders, answers, keys, held)));
                    }
                    System.out.printf(
                            "round %d: %d entries gone past in %.0f s%n",
                            round, rebuilding.get(), (System.nanoTime() - start) / 1e9);
                }
                for (int window = 0; window < 4; window++) {
                    alone.add(printed("alone", window(orders, answers, keys, held)));
                }
                print("alone", alone);
                print("beside a rebuild", beside);
                System.out.printf(
                        "p99 beside a rebuild is %.2f x that alone (medians of %d and %d windows of %d s)%n",
                        median(beside, Window::p99) / median(alone, Window::p99), beside.size(), alone.size(), SECONDS);
            } finally {
                process.destroy();
                Files.delete(keys);
            }
        }
    }

    private static Window printed(String what, Window window) {
        System.out.println(what + " " + window);
        return window;
    }

    private static void print(String what, List<Window> windows) {
        System.out.printf(
                "%-17s %6.0f/s  p50 %5.1f ms  p99 %6.1f ms  worst %6.1f ms  p99 of each window: %s%n",
                what,
                median(windows, Window::rate),
                median(windows, Window::half),
                median(windows, Window::p99),
                windows.stream().mapToDouble(Window::worst).max().orElse(0),
                windows.stream().map(window -> "%.1f".formatted(window.p99())).toList());
    }

    private static double median(List<Window> windows, ToDoubleFunction<Window> of) {
        double[] sorted = windows.stream().mapToDouble(of).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** Many tenants that have acted, so that there is something to go past. */
    private void past(TestTenants tenants, SandboxServer sandbox) {
        TestTenant model = tenants.register("model");
        tenants.connector(model.id(), "zendesk", URI.create(sandbox.url()));
        for (int i = 0; i < ACTIONS; i++) {
            tenants.api()
                    .post(
                            model.key(Role.AGENT),
                            "/v1/actions?wait=PT10S",
                            tenants.envelope(model.id(), "wr_" + i / 10, "zd_" + i))
                    .orThrow();
        }
        CopiedStreams.of(context, model.id()).toTenants(COPIES);
    }

    private static List<TestTenant> registered(TestTenants tenants, SandboxServer sandbox) {
        List<TestTenant> registered = new ArrayList<>();
        for (int n = 0; n < TENANTS; n++) {
            TestTenant tenant = tenants.register("bench_%04d".formatted(n));
            tenants.connector(tenant.id(), "zendesk", URI.create(sandbox.url()));
            registered.add(tenant);
        }
        return registered;
    }

    /** @return entries of the journal that were gone past */
    private static long everythingRebuilt(TestTenants tenants, boolean equal) {
        long passed = 0;
        for (JsonNode projection : tenants.api()
                .get(tenants.operator(), "/v1/projections")
                .orThrow()
                .body()
                .path("items")) {
            String name = projection.path("name").asString();
            JsonNode rebuild = RebuildBenchmark.rebuilt(tenants, name);
            assertThat(rebuild.path("state").asString()).as(name).isEqualTo("done");
            if (equal) {
                assertThat(rebuild.path("compared"))
                        .allSatisfy(table -> assertThat(table.path("equal").asBoolean())
                                .as("%s: %s", name, table)
                                .isTrue());
            }
            passed += rebuild.path("passed").asLong();
        }
        return passed;
    }

    private Process load() throws IOException {
        return new ProcessBuilder(Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Xmx128m",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                HttpLoad.class.getName(),
                                environment.getRequiredProperty("local.server.port"))
                        .toList())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static Window window(BufferedWriter orders, BufferedReader answers, Path keys, double rate)
            throws IOException {
        orders.write("%s %d %d /v1/actions %.0f%n".formatted(keys, CLIENTS, SECONDS, rate));
        orders.flush();
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("The load's process has ended.");
        }
        return Window.of(line);
    }
}
