package execution.gateway;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Handshakes with the identity of the call that is on its way, each in a TLS context of its own: sessions are not
 * resumed across secrets. Who the target must be is asked in the same way with and without one.
 */
final class HandshakeIdentities implements TlsSocketStrategy {

    private final Supplier<@Nullable ClientIdentity> current;
    private final TrustManager @Nullable [] trust;
    private final TlsSocketStrategy nobody;

    /** @param trust whom to believe; null for whom the Java runtime believes */
    HandshakeIdentities(Supplier<@Nullable ClientIdentity> current, TrustManager @Nullable [] trust) {
        this.current = current;
        this.trust = trust;
        try {
            this.nobody = trust == null ? DefaultClientTlsStrategy.createDefault() : strategy(null, trust);
        } catch (SSLException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public SSLSocket upgrade(Socket socket, String target, int port, Object attachment, HttpContext context)
            throws IOException {
        ClientIdentity identity = current.get();
        TlsSocketStrategy strategy =
                identity == null ? nobody : strategy(identity.keys().toArray(new KeyManager[0]), trust);
        return strategy.upgrade(socket, target, port, attachment, context);
    }

    private static TlsSocketStrategy strategy(KeyManager @Nullable [] keys, TrustManager @Nullable [] trust)
            throws SSLException {
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(keys, trust, null);
            return new DefaultClientTlsStrategy(tls);
        } catch (GeneralSecurityException impossible) {
            throw new SSLException("No TLS context", impossible);
        }
    }
}
