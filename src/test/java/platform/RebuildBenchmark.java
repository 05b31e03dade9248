package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import platform.TestTenants.TestTenant;
import tenancy.Role;
import tools.jackson.databind.JsonNode;

/**
 * How fast projections are made again and a journal is exported, over the streams of many tenants that are copies of one
 * that really acted. Prints entries a second.
 */
@PlatformTest
@Tag("benchmark")
class RebuildBenchmark {

    private static final int ACTIONS = 120;
    private static final int COPIES = Integer.getInteger("benchmark.copies", 500);

    @Autowired
    ApplicationContext context;

    @Autowired
    Environment environment;

    @Test
    void entries_a_second() throws IOException, InterruptedException {
        try (TestTenants tenants = TestTenants.of(context);
                SandboxServer sandbox = SandboxServer.start(0)) {
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
            var streams = CopiedStreams.of(context, model.id());
            streams.toTenants(COPIES);
            streams.toItself(COPIES / 5);
            for (String projection :
                    new String[] {"actions", "runs", "spent", "queue", "idempotency", "keys", "tenancy"}) {
                for (int round = 0; round < 2; round++) {
                    long start = System.nanoTime();
                    JsonNode rebuild = rebuilt(tenants, projection);
                    double seconds = (System.nanoTime() - start) / 1e9;
                    assertThat(rebuild.path("state").asString()).isEqualTo("done");
                    System.out.printf(
                            "rebuild %-12s %8d entries %6.1f s %9.0f entries/s, %d rows%n",
                            projection,
                            rebuild.path("passed").asLong(),
                            seconds,
                            rebuild.path("passed").asLong() / seconds,
                            rebuild.at("/compared/0/rebuilt_rows").asLong());
                }
            }
            for (int round = 0; round < 3; round++) {
                long start = System.nanoTime();
                long entries = exported(model);
                double seconds = (System.nanoTime() - start) / 1e9;
                System.out.printf("export %d entries %.0f entries/s%n", entries, entries / seconds);
            }
        }
    }

    /** The rebuild, once it has ended. */
    static JsonNode rebuilt(TestTenants tenants, String projection) {
        tenants.api()
                .post(tenants.operator(), "/v1/projections/" + projection + ":rebuild", Map.of())
                .orThrow();
        while (true) {
            JsonNode rebuild = tenants.api()
                    .get(tenants.operator(), "/v1/projections/" + projection)
                    .body()
                    .path("rebuild");
            if (!rebuild.path("state").asString().equals("building")) {
                LockSupport.parkNanos(100_000_000);
                return rebuild;
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    private long exported(TestTenant tenant) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                        + environment.getRequiredProperty("local.server.port") + "/v1/journal:export"))
                .header("Authorization", "Bearer " + tenant.key(Role.AUDITOR))
                .build();
        long lines = 0;
        try (HttpClient http = HttpClient.newHttpClient();
                InputStream body =
                        http.send(request, BodyHandlers.ofInputStream()).body()) {
            byte[] buffer = new byte[1 << 16];
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                for (int i = 0; i < read; i++) {
                    lines += buffer[i] == '\n' ? 1 : 0;
                }
            }
        }
        return lines;
    }
}
