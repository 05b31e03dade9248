package platform;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The login that owns the schemas: migrations and roles are its work, requests never are. */
record DatabaseOwner(String url, String user, String password) {

    /** User and password in the address would win over those of the roles, and lift every guard. */
    private static final String CREDENTIALS_IN_URL = ".*[?&](user|password)=.*";

    DatabaseOwner {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalStateException("spring.datasource.url must start with jdbc:postgresql:");
        }
        if (url.matches(CREDENTIALS_IN_URL)) {
            throw new IllegalStateException("Give user and password as spring.datasource.username and"
                    + " spring.datasource.password, not in spring.datasource.url.");
        }
        if (user.isEmpty() || password.isEmpty()) {
            throw new IllegalStateException("spring.datasource.username and spring.datasource.password are needed with"
                    + " spring.datasource.url: the platform's own roles take their passwords from them.");
        }
    }

    /** Derived, so that several nodes agree on a role's password without being told. */
    String passwordOf(String role) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(password.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return Base64.getEncoder().encodeToString(mac.doFinal(role.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("Every JDK has HmacSHA256", missing);
        }
    }

    DataSource dataSource() {
        var source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(user);
        source.setPassword(password);
        return source;
    }

    @Override
    public String toString() {
        return user + " at " + url;
    }
}
