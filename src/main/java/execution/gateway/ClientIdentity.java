package execution.gateway;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import org.springframework.boot.ssl.pem.PemContent;
import secrets.Credential;
import secrets.Lease;
import secrets.LeaseRefused;

/**
 * A client certificate and its key, ready for a handshake. Connections that were made with it belong to this version of
 * this secret and are used for nothing else.
 *
 * @param partition tells its connections from all others; holds nothing of the key
 */
record ClientIdentity(Partition partition, List<KeyManager> keys) {

    record Partition(String secret, long version) {}

    ClientIdentity {
        keys = List.copyOf(keys);
    }

    /** @throws LeaseRefused {@code credential_unusable}, without a word of what is in it */
    static ClientIdentity of(Credential.ClientCertificate certificate, Lease lease) {
        try {
            List<X509Certificate> chain = PemContent.of(certificate.chain()).getCertificates();
            PrivateKey key = PemContent.of(certificate.key().reveal()).getPrivateKey();
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setKeyEntry("client", key, new char[0], chain.toArray(new X509Certificate[0]));
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, new char[0]);
            return new ClientIdentity(
                    new Partition(lease.secret(), lease.version()), List.of(managers.getKeyManagers()));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException | IllegalStateException malformed) {
            // What was thrown may quote what it could not read.
            throw new LeaseRefused(
                    "credential_unusable",
                    "What is sealed as %s is no certificate with its key.".formatted(lease.secret()));
        }
    }

    @Override
    public String toString() {
        return "ClientIdentity[" + partition + "]";
    }
}
