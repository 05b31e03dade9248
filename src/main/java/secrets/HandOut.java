package secrets;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a caller is to be given instead of a call: a token made for the one action, of no more than these scopes, and for
 * no longer than this.
 *
 * @param audience the one system that takes the token; absent where the token endpoint is not told
 * @param scopes at least one
 * @param resource the audience as a URL (RFC 8707); absent where the token endpoint is not told
 * @param lifetime the longest that the token may live, five minutes at most
 * @param tokenEndpoint where a token is exchanged, for secrets that do not say it themselves
 * @param endpointMayBePrivate whether an operator allowed this endpoint to have a private address
 */
public record HandOut(
        Kind kind,
        @Nullable String audience,
        List<String> scopes,
        @Nullable String resource,
        Duration lifetime,
        @Nullable URI tokenEndpoint,
        boolean endpointMayBePrivate) {

    /** The longest that anything handed out may live. */
    public static final Duration LONGEST = Duration.ofMinutes(5);

    /** How the token is made. */
    public enum Kind {
        /** Signed by the platform. */
        WORKLOAD_TOKEN,
        /** For what is sealed, or for what was made of it, at a token endpoint (RFC 8693). */
        TOKEN_EXCHANGE,
        /** Asked for with the sealed client's name and secret (RFC 6749, section 4.4). */
        CLIENT_CREDENTIALS
    }

    public HandOut {
        scopes = List.copyOf(new TreeSet<>(scopes));
        if (scopes.isEmpty()) {
            throw new IllegalArgumentException("What is handed out has a scope");
        }
        if (lifetime.isNegative() || lifetime.isZero() || lifetime.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("What is handed out lives at most " + LONGEST);
        }
    }

    /** Who takes it, for people: the audience where there is one, else the system's host. */
    String takenBy(String destination) {
        if (audience != null) {
            return audience;
        }
        return resource == null ? destination : resource;
    }
}
