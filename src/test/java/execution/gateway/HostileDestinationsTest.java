package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import execution.gateway.Messenger.Sent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import tenancy.ActionId;
import tenancy.Target;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTag;
import tools.jackson.databind.json.JsonMapper;

/** Every place where a URL comes in, with every URL that should lead nowhere; listeners on loopback see no connection. */
class HostileDestinationsTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final String READ = "\"method\":\"GET\",\"path\":\"/x\",\"effect\":\"read\",\"argument_schema\":{}";
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MUTATIONS = 1_000;

    private TargetServer canary;
    private DestinationGuard guard;
    private TargetClient client;

    @BeforeEach
    void start() throws IOException {
        canary = new TargetServer(new InetSocketAddress((InetAddress) null, 0));
        guard = Gateways.guard();
        client = Gateways.client(guard);
    }

    @AfterEach
    void stop() throws IOException {
        client.destroy();
        guard.destroy();
        canary.close();
    }

    @Test
    void there_are_enough_of_them() {
        assertThat(HostileDestinations.urls(1)).hasSizeGreaterThan(60).doesNotHaveDuplicates();
    }

    @Test
    void no_connector_leads_there() {
        for (String url : HostileDestinations.urls(canary.port())) {
            assertThat(called(client, url)).as(url).isIn("invalid_connector", "destination_blocked", "unresolved_host");
        }
        assertThat(canary.seen).isEmpty();
    }

    @Test
    void no_message_and_no_helper_leads_there() {
        var messenger = new GuardedMessenger(client);
        for (String url : HostileDestinations.urls(canary.port())) {
            assertThat(posted(messenger, url)).as(url).isIn("unreadable", "destination_blocked", "unresolved_host");
        }
        assertThat(canary.seen).isEmpty();
    }

    /** Where a mutation happens to leave a name that is not looked up here, it leads nowhere either. */
    @Test
    void no_mutation_leads_there() throws IOException {
        long seed = System.nanoTime();
        DestinationGuard literal = Gateways.guard(host -> {
            if (host.matches("[a-z.-]*[a-z][a-z.-]*") && !host.startsWith("localhost") && !host.startsWith("ip6-")) {
                throw new java.net.UnknownHostException(host);
            }
            return InetAddress.getAllByName(host);
        });
        TargetClient mutating = Gateways.client(literal);
        var messenger = new GuardedMessenger(mutating);
        for (String url : HostileDestinations.mutated(canary.port(), seed, MUTATIONS)) {
            TargetUrl.read(url).ifPresent(read -> {
                // A public address that a digit made of another is no one to be called by a test.
                try {
                    InetAddress at = InetAddress.ofLiteral(TargetUrl.host(read));
                    if (!at.isLoopbackAddress() && !at.isAnyLocalAddress() && !at.isLinkLocalAddress()) {
                        return;
                    }
                } catch (IllegalArgumentException aName) {
                    // asked of the guard
                }
                assertThat(posted(messenger, url))
                        .as("%s, seed %d", url, seed)
                        .isIn("unreadable", "destination_blocked", "unresolved_host");
            });
        }
        assertThat(canary.seen).as("seed %d", seed).isEmpty();
        mutating.destroy();
        literal.destroy();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308, 300, 304, 305})
    void no_redirect_leads_there(int status) throws IOException {
        try (var target = new TargetServer()) {
            List<String> urls = HostileDestinations.urls(canary.port());
            var next = new AtomicReference<String>("");
            target.answers((exchange, n) -> TargetServer.redirect(exchange, status, next.get()));
            for (String url : urls) {
                String header = new String(
                        url.replaceAll("[\r\n\u0000]", "").getBytes(StandardCharsets.UTF_8),
                        StandardCharsets.ISO_8859_1);
                next.set(header);
                int before = target.seen.size();

                assertThat(read(client, target.url(), "[\"127.0.0.1\"]"))
                        .as(url)
                        .isEqualTo("redirect_refused");

                assertThat(target.seen).as(url).hasSize(before + 1);
            }
        }
        assertThat(canary.seen).isEmpty();
    }

    @Test
    void a_name_that_leads_to_good_and_bad_addresses_leads_nowhere() throws IOException {
        DestinationGuard mixed = Gateways.guard(
                host -> new InetAddress[] {InetAddress.ofLiteral("93.184.215.14"), InetAddress.ofLiteral("127.0.0.1")});
        TargetClient to = Gateways.client(mixed);

        assertThat(called(to, "http://mixed.example:" + canary.port())).isEqualTo("destination_blocked");

        assertThat(canary.seen).isEmpty();
        to.destroy();
        mixed.destroy();
    }

    @Test
    void a_name_is_asked_once_and_the_connection_is_made_to_that_answer() throws IOException {
        var asked = new AtomicInteger();
        try (var target = new TargetServer();
                var elsewhere = new TargetServer(new InetSocketAddress("127.0.0.2", target.port()))) {
            DestinationGuard rebinding = Gateways.guard(host ->
                    new InetAddress[] {InetAddress.ofLiteral(asked.getAndIncrement() == 0 ? "127.0.0.1" : "127.0.0.2")
                    });
            TargetClient to = Gateways.client(rebinding);

            assertThat(read(to, "http://rebind.example:" + target.port(), "[\"rebind.example\"]"))
                    .isEqualTo("succeeded");

            assertThat(asked).hasValue(1);
            assertThat(target.seen).hasSize(1);
            assertThat(elsewhere.seen).isEmpty();
            to.destroy();
            rebinding.destroy();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://api.example.com",
                "https://api.example.com/v2/",
                "https://API.Example.com:8443/v2?x=1",
                "https://xn--bcher-kva.example/",
                "https://93.184.215.14/",
                "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
                "http://123.example/",
                "http://1.2.3.4.example/"
            })
    void what_is_plain_is_read(String url) {
        assertThat(TargetUrl.read(url)).isPresent();
    }

    private static String posted(GuardedMessenger messenger, String url) {
        URI address;
        try {
            address = new URI(url);
        } catch (java.net.URISyntaxException notAUri) {
            return "unreadable";
        }
        return switch (messenger.post(ACME, address, false, Map.of(), "{}", Duration.ofSeconds(2))) {
            case Sent.Answered answered -> "answered " + answered.status();
            case Sent.Unanswered unanswered -> unanswered.why();
        };
    }

    private static String called(TargetClient client, String url) {
        return read(client, url, "[]");
    }

    private static String read(TargetClient client, String url, String mayBePrivate) {
        String document = """
            {"base_url":%s,"allow_private_addresses":%s,"connect_timeout":"PT2S","read_timeout":"PT2S",
             "circuit_breaker":{"window":1000,"minimum_calls":1000},"operations":{"op":{%s}}}\
            """.formatted(JSON.writeValueAsString(url), mayBePrivate, READ);
        HttpOperation operation;
        try {
            operation = Documents.operation(document, "op");
        } catch (InvalidConnector refused) {
            return "invalid_connector";
        }
        var none = new StaticListableBeanFactory();
        var gateway = new HttpToolGateway(
                client,
                new Breakers(Clock.systemUTC(), new SimpleMeterRegistry()),
                Gateways.retries(),
                Gateways.nothingLent(),
                Gateways.nothingHandedOut(),
                new ToolStreams(),
                Gateways.noDrift(),
                Clock.systemUTC(),
                new TenantTag(),
                new SimpleMeterRegistry(),
                none.getBeanProvider(Tracer.class),
                none.getBeanProvider(Propagator.class));
        Outcome outcome = gateway.call(
                operation,
                new ToolGateway.Call(
                        new ActionId(ACME, "act_1"),
                        TenantContext.of(ACME, "key:k_1", null),
                        new Target("zendesk", Map.of()),
                        "{}",
                        "key-1"));
        return switch (outcome) {
            case Outcome.Succeeded succeeded -> "succeeded";
            case Outcome.Failed failed -> failed.code();
            case Outcome.Unknown unknown -> unknown.code();
        };
    }
}
