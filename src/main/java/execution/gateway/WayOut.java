package execution.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** How connections are made: directly or through the proxy, and to whom over TLS. */
@Component
class WayOut {

    private final ProxySettings proxy;
    private final TrustManager @Nullable [] trust;

    WayOut(ProxySettings proxy, TlsSettings settings) {
        this.proxy = proxy;
        this.trust = trusting(settings);
    }

    /** A socket that is not connected yet, for a connection to a host that was checked. */
    Socket socket(String host) {
        String way = proxy.host();
        return way != null && proxy.appliesTo(host)
                ? new TunnelSocket(
                        InetSocketAddress.createUnresolved(way, proxy.port()), proxy.user(), proxy.password())
                : new Socket();
    }

    /** Whom to believe over TLS; null for whom the Java runtime believes. */
    TrustManager @Nullable [] trust() {
        return trust;
    }

    private static TrustManager @Nullable [] trusting(TlsSettings settings) {
        try {
            return settings.trustedCertificates() == null ? null : managers(trusted(settings));
        } catch (GeneralSecurityException | IOException unusable) {
            throw new IllegalStateException(
                    "firebreak.gateway.tls.trusted-certificates cannot be used: " + settings.trustedCertificates(),
                    unusable);
        }
    }

    /** Java's own authorities and those of the file. */
    private static KeyStore trusted(TlsSettings settings) throws GeneralSecurityException, IOException {
        KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
        all.load(null, null);
        int number = 0;
        for (TrustManager manager : managers(null)) {
            if (manager instanceof X509TrustManager own) {
                for (X509Certificate authority : own.getAcceptedIssuers()) {
                    all.setCertificateEntry("java-" + number++, authority);
                }
            }
        }
        try (InputStream pem = Files.newInputStream(Objects.requireNonNull(settings.trustedCertificates()))) {
            for (Certificate authority : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                all.setCertificateEntry("file-" + number++, authority);
            }
        }
        return all;
    }

    private static TrustManager[] managers(@Nullable KeyStore trusted) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory.getTrustManagers();
    }
}
