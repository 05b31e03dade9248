package execution.gateway;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads a URL that something is to be sent to, wherever tenants may name one. Only what can be understood in one way is
 * one: it is the same for whoever checks it and whoever connects. Where its host leads is for the guard to say.
 */
public final class TargetUrl {

    private static final Pattern HOST =
            Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
    /** What browsers and C libraries take for an address although it is not written as one: 127.1, 0x7f000001. */
    private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:\\d+|0x[0-9a-f]*)");

    private static final int LONGEST_HOST = 253;
    private static final int MOST_PORTS = 65_536;

    private TargetUrl() {}

    /**
     * @return the URL with scheme and host in lower case; empty if it is no http or https URL of a host, or has a user, a
     *     fragment, a zone, a dot at the host's end, or an address in an unusual spelling
     */
    public static Optional<URI> read(String text) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme();
            if (!text.chars().allMatch(c -> c > ' ' && c < 0x7f)
                    || uri.getHost() == null
                    || uri.getRawUserInfo() != null
                    || uri.getRawFragment() != null
                    || uri.getPort() == 0
                    || uri.getPort() >= MOST_PORTS
                    || !"http".equalsIgnoreCase(scheme) && !"https".equalsIgnoreCase(scheme)
                    || !isHost(host(uri))) {
                return Optional.empty();
            }
            String path = uri.getRawPath();
            return Optional.of(new URI(scheme.toLowerCase(Locale.ROOT)
                    + "://"
                    + uri.getHost().toLowerCase(Locale.ROOT)
                    + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
                    + path
                    + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())));
        } catch (URISyntaxException notAUri) {
            return Optional.empty();
        }
    }

    /** Lower case, without brackets. */
    static String host(URI uri) {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** A name of letters, digits and hyphens, or a literal address; no zone, no dot at the end. */
    static boolean isHost(String host) {
        if (host.indexOf(':') >= 0) {
            return host.indexOf('%') < 0;
        }
        return host.length() <= LONGEST_HOST
                && HOST.matcher(host).matches()
                && (!ENDS_IN_NUMBER.matcher(host).matches()
                        || IPV4.matcher(host).matches());
    }
}
