package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tenancy.TenantId;

/** Through a proxy, and over TLS to whom an operator trusts. */
class WayOutTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final TlsSettings JAVAS = new TlsSettings(null);

    /** Heads of the requests that the proxy was sent. */
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private volatile String answer = "HTTP/1.1 200 Connection established\r\n\r\n";
    private ServerSocket proxy;
    private TargetServer target;
    private final DestinationGuard guard = Gateways.guard(host -> switch (host) {
        case "private.example", "own.example" -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
        default -> throw new java.net.UnknownHostException(host);
    });

    @BeforeEach
    void start() throws IOException {
        target = new TargetServer();
        proxy = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(() -> {
            while (!proxy.isClosed()) {
                try {
                    Socket one = proxy.accept();
                    Thread.ofVirtual().start(() -> tunnel(one));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        target.close();
        guard.destroy();
    }

    private void tunnel(Socket client) {
        try (client) {
            var head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                head.append((char) client.getInputStream().read());
            }
            asked.add(head.toString());
            client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            if (!answer.startsWith("HTTP/1.1 200")) {
                return;
            }
            String[] to = head.toString().split(" ")[1].split(":");
            try (var server = new Socket(to[0], Integer.parseInt(to[1]))) {
                Thread back = Thread.ofVirtual().start(() -> copy(server, client));
                copy(client, server);
                back.join();
            }
        } catch (IOException | InterruptedException ended) {
            // one side hung up
        }
    }

    private static void copy(Socket from, Socket to) {
        try (InputStream in = from.getInputStream()) {
            in.transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException ended) {
            // one side hung up
        }
    }

    private ProxySettings proxied(@Nullable String user) {
        return new ProxySettings("127.0.0.1", proxy.getLocalPort(), user, "for-tests", List.of("own.example"));
    }

    @Test
    void the_proxy_is_asked_for_the_address_that_was_checked_and_never_for_a_name() throws IOException {
        Exchange exchange = send(proxied(null), JAVAS, "http://private.example:" + target.port(), true);

        assertThat(exchange).isInstanceOf(Exchange.Answered.class);
        assertThat(asked).singleElement().asString().startsWith("CONNECT 127.0.0.1:" + target.port() + " ");
        assertThat(asked.getFirst()).doesNotContain("private.example", "Proxy-Authorization");
        assertThat(target.seen.getFirst().headers().getFirst("Host")).startsWith("private.example");
        assertThat(target.seen.getFirst().headers()).doesNotContainKey("Proxy-authorization");
    }

    @Test
    void the_guard_stands_before_the_proxy() throws IOException {
        assertThat(send(proxied(null), JAVAS, "http://private.example:" + target.port(), false))
                .isEqualTo(new Exchange.NotSent(Exchange.NotSent.Reason.DESTINATION_BLOCKED));
        assertThat(asked).isEmpty();
    }

    @Test
    void a_credential_goes_to_the_proxy_only() throws IOException {
        send(proxied("gateway"), JAVAS, "http://private.example:" + target.port(), true);

        assertThat(asked.getFirst())
                .contains("Proxy-Authorization: Basic "
                        + Base64.getEncoder().encodeToString("gateway:for-tests".getBytes(StandardCharsets.UTF_8)));
        assertThat(target.seen.getFirst().headers()).doesNotContainKeys("Proxy-authorization", "Authorization");
        assertThat(proxied("gateway").toString()).doesNotContain("for-tests");
    }

    @Test
    void what_needs_no_proxy_goes_without() throws IOException {
        assertThat(send(proxied(null), JAVAS, "http://own.example:" + target.port(), true))
                .isInstanceOf(Exchange.Answered.class);
        assertThat(asked).isEmpty();
        var below = new ProxySettings("p", 1, null, null, List.of(".internal.example"));
        assertThat(below.appliesTo("a.internal.example")).isFalse();
        assertThat(below.appliesTo("internal.example.org")).isTrue();
    }

    @Test
    void a_proxy_that_refuses_is_named_and_nothing_was_sent() throws IOException {
        answer = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
        assertThat(send(proxied(null), JAVAS, "http://private.example:" + target.port(), true))
                .isEqualTo(new Exchange.NotSent(Exchange.NotSent.Reason.PROXY_REFUSED));
        assertThat(target.seen).isEmpty();
    }

    @Test
    void whom_java_does_not_know_must_be_trusted_by_the_operator_through_a_proxy_too(@TempDir Path folder)
            throws Exception {
        KeyStore keys = keys(folder.resolve("keys.p12"));
        HttpsServer server = https(keys);
        Path pem = folder.resolve("authority.pem");
        Files.writeString(
                pem,
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getCertificate("a").getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        String url = "https://private.example:" + server.getAddress().getPort();
        String others = "https://own.example:" + server.getAddress().getPort();
        try {
            var direct = new ProxySettings(null, 3128, null, null, List.of());
            var refused = new Exchange.NotSent(Exchange.NotSent.Reason.TLS_FAILED);

            assertThat(send(direct, JAVAS, url, true)).isEqualTo(refused);
            assertThat(send(proxied(null), JAVAS, url, true)).isEqualTo(refused);
            assertThat(send(direct, new TlsSettings(pem), url, true)).isInstanceOf(Exchange.Answered.class);
            assertThat(send(proxied(null), new TlsSettings(pem), url, true)).isInstanceOf(Exchange.Answered.class);
            // Trusted, and not whom it says it is.
            assertThat(send(direct, new TlsSettings(pem), others, true)).isEqualTo(refused);
        } finally {
            server.stop(0);
        }
    }

    private Exchange send(ProxySettings proxy, TlsSettings tls, String url, boolean mayBePrivate) throws IOException {
        TargetClient client = Gateways.client(guard, proxy, tls);
        try {
            URI uri = URI.create(url);
            String document = Documents.of(
                    url,
                    mayBePrivate ? "\"allow_private_addresses\":[\"%s\"]".formatted(uri.getHost()) : "",
                    "\"method\":\"GET\",\"path\":\"/\",\"effect\":\"read\",\"argument_schema\":{}");
            return client.send(
                    ACME,
                    ConnectorReader.read(document),
                    "GET",
                    URI.create(url + "/"),
                    Map.of(),
                    null,
                    Duration.ofSeconds(5));
        } finally {
            client.destroy();
        }
    }

    private static HttpsServer https(KeyStore keys) throws Exception {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "for-tests".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 5);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        // A handshake that fails must not hold up the next.
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            TargetServer.json(exchange, 200, "{}");
            exchange.close();
        });
        server.start();
        return server;
    }

    private static KeyStore keys(Path file) {
        try {
            Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            "a",
                            "-keyalg",
                            "EC",
                            "-dname",
                            "CN=private.example",
                            "-ext",
                            "san=dns:private.example",
                            "-storetype",
                            "PKCS12",
                            "-storepass",
                            "for-tests",
                            "-keystore",
                            file.toString())
                    .inheritIO()
                    .start();
            assertThat(keytool.waitFor()).isZero();
            return KeyStore.getInstance(file.toFile(), "for-tests".toCharArray());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException | java.security.GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
