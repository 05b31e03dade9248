package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import execution.gateway.Outcome.Failed;
import execution.gateway.Outcome.Succeeded;
import execution.gateway.ToolGateway.Call;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import secrets.Concealed;
import secrets.Credential;
import secrets.Lease;
import secrets.Mode;
import secrets.Use;
import tenancy.ActionId;
import tenancy.Target;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTag;

/**
 * Mutual TLS from end to end: a certificate authority of the test's own signs the server and one client, and the server
 * lets in whom that authority knows, and nobody else.
 */
class MutualTlsTest {

    private static final String PASSWORD = "for-tests";
    private static final ActionId ACTION = new ActionId(new TenantId("tenant_acme"), "act_1");

    @TempDir
    static Path folder;

    private final List<String> clients = new CopyOnWriteArrayList<>();
    private HttpsServer server;
    private TargetClient client;
    private HttpToolGateway gateway;
    private Credential lent;

    @BeforeAll
    static void sign() throws Exception {
        pair("ca", "-ext", "bc:c");
        pair("other_ca", "-ext", "bc:c");
        pair("desk", "-signer", "ca", "-ext", "san=ip:127.0.0.1");
        pair("acme", "-signer", "ca");
        pair("stranger", "-signer", "other_ca");
        Files.writeString(
                folder.resolve("ca.pem"),
                pem("CERTIFICATE", keys().getCertificate("ca").getEncoded()));
    }

    @BeforeEach
    void serve() throws Exception {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setHttpsConfigurator(new WantsClients(context()));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                clients.add(((HttpsExchange) exchange)
                        .getSSLSession()
                        .getPeerPrincipal()
                        .getName());
                TargetServer.json(exchange, 200, "{}");
            }
        });
        server.start();
        lent = certificate("acme");
        trusting(folder.resolve("ca.pem"));
    }

    @AfterEach
    void close() throws Exception {
        client.destroy();
        server.stop(0);
    }

    @Test
    void the_server_sees_the_tenants_certificate() {
        assertThat(call(1)).isInstanceOf(Succeeded.class);
        assertThat(call(1)).isInstanceOf(Succeeded.class);
        assertThat(clients).containsExactly("CN=acme", "CN=acme");
    }

    @Test
    void a_certificate_of_another_authority_is_not_let_in_and_uses_no_connection_of_the_first() throws Exception {
        assertThat(call(1)).isInstanceOf(Succeeded.class);

        lent = certificate("stranger");

        assertThat(call(2)).isNotInstanceOf(Succeeded.class);
        assertThat(clients).containsExactly("CN=acme");
    }

    @Test
    void a_server_that_no_known_authority_signed_gets_nothing() throws Exception {
        client.destroy();
        trusting(null);

        assertThat(call(1))
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.code()).isEqualTo("tls_failed"));
        assertThat(clients).isEmpty();
    }

    /** @param authorities trusted beside Java's own */
    private void trusting(@Nullable Path authorities) {
        client = Gateways.client(
                Gateways.guard(), new ProxySettings(null, 3128, null, null, List.of()), new TlsSettings(authorities));
        var none = new StaticListableBeanFactory();
        gateway = new HttpToolGateway(
                client,
                new Breakers(Clock.systemUTC(), new SimpleMeterRegistry()),
                Gateways.retries(),
                (lease, purpose, cancel) -> new Handed(lent),
                Gateways.nothingHandedOut(),
                new ToolStreams(),
                Gateways.noDrift(),
                Clock.systemUTC(),
                new TenantTag(),
                new SimpleMeterRegistry(),
                none.getBeanProvider(Tracer.class),
                none.getBeanProvider(Propagator.class));
    }

    private Outcome call(long version) {
        String document = """
            {"base_url":"https://127.0.0.1:%d","connect_timeout":"PT20S","read_timeout":"PT20S",
             "allow_private_addresses":["127.0.0.1"],"credential":{"as":"client_certificate"},
             "operations":{"op":{"method":"POST","path":"/w","effect":"write","argument_schema":{}}}}\
            """.formatted(server.getAddress().getPort());
        return gateway.call(
                Documents.operation(document, "op"),
                new Call(
                        ACTION,
                        TenantContext.of(ACTION.tenant(), "key:test", null),
                        new Target("zendesk", Map.of()),
                        "{}",
                        "k1",
                        new Lease(
                                ACTION,
                                "ls_1",
                                "desk_tls",
                                version,
                                "zendesk",
                                "op",
                                "127.0.0.1",
                                Mode.MUTATE,
                                Instant.MAX),
                        redaction -> {}));
    }

    private SSLContext context() throws Exception {
        var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(only("desk"), PASSWORD.toCharArray());
        KeyStore known = KeyStore.getInstance("PKCS12");
        known.load(null, null);
        known.setCertificateEntry("ca", keys().getCertificate("ca"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(known);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /** Asks for a client's certificate, and ends the handshake without one. */
    private static final class WantsClients extends HttpsConfigurator {

        WantsClients(SSLContext context) {
            super(context);
        }

        @Override
        public void configure(HttpsParameters parameters) {
            SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
            wanted.setNeedClientAuth(true);
            parameters.setSSLParameters(wanted);
        }
    }

    private Credential certificate(String name) throws Exception {
        KeyStore keys = keys();
        var chain = new StringBuilder();
        for (var one : keys.getCertificateChain(name)) {
            chain.append(pem("CERTIFICATE", one.getEncoded())).append('\n');
        }
        return new Credential.ClientCertificate(
                chain.toString(),
                new Concealed(pem(
                        "PRIVATE KEY", keys.getKey(name, PASSWORD.toCharArray()).getEncoded())));
    }

    private static KeyStore keys() throws Exception {
        return KeyStore.getInstance(folder.resolve("keys.p12").toFile(), PASSWORD.toCharArray());
    }

    /** A store of one pair, for a server that has no other. */
    private static KeyStore only(String name) throws Exception {
        KeyStore one = KeyStore.getInstance("PKCS12");
        one.load(null, null);
        one.setKeyEntry(
                name,
                keys().getKey(name, PASSWORD.toCharArray()),
                PASSWORD.toCharArray(),
                keys().getCertificateChain(name));
        return one;
    }

    /** All pairs are kept in one store, so that one can sign another. */
    private static void pair(String name, String... how) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                folder.resolve("keys.p12").toString()));
        command.addAll(List.of(how));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(told).isZero();
    }

    private static String pem(String what, byte[] bytes) {
        return "-----BEGIN %s-----\n%s\n-----END %1$s-----"
                .formatted(what, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes));
    }

    /** A use of a certificate, without a book behind it. */
    private static final class Handed implements Use {

        private final Credential credential;

        Handed(Credential credential) {
            this.credential = credential;
        }

        @Override
        public Credential credential() {
            return credential;
        }

        @Override
        public List<Concealed> secrets() {
            return List.of();
        }

        @Override
        public boolean revoked() {
            return false;
        }

        @Override
        public boolean leaves() {
            return true;
        }

        @Override
        public void answered() {}

        @Override
        public void close() {}
    }
}
