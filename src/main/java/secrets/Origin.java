package secrets;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import tenancy.InvalidField;

/**
 * Scheme, host and port of a place that a secret's value may be sent to, spelled in one way: lower case, and without the
 * port that the scheme has by itself.
 */
public final class Origin {

    private static final int MOST = 20;
    private static final int LONGEST = 300;

    private Origin() {}

    /** @param place an absolute URI of a host; one without a host is an origin that no other is equal to */
    public static String of(URI place) {
        String scheme = String.valueOf(place.getScheme()).toLowerCase(Locale.ROOT);
        String host = String.valueOf(place.getHost()).toLowerCase(Locale.ROOT);
        int port = place.getPort();
        boolean usual = port < 0 || port == (scheme.equals("https") ? 443 : 80);
        return scheme + "://" + host + (usual ? "" : ":" + port);
    }

    /** What somebody sent in, each once and in order. */
    static List<String> checked(List<String> hosts) {
        if (hosts.isEmpty() || hosts.size() > MOST) {
            throw new InvalidField("/hosts", "size", "must be 1 to " + MOST + " places");
        }
        var origins = new TreeSet<String>();
        for (int at = 0; at < hosts.size(); at++) {
            int index = at;
            origins.add(read(hosts.get(at))
                    .orElseThrow(() -> new InvalidField(
                            "/hosts/" + index,
                            "origin",
                            "must be scheme, host and port alone, such as https://tickets.example:8443")));
        }
        return List.copyOf(origins);
    }

    private static Optional<String> read(String text) {
        try {
            URI place = new URI(text);
            boolean http = "https".equalsIgnoreCase(place.getScheme()) || "http".equalsIgnoreCase(place.getScheme());
            return http
                            && text.length() <= LONGEST
                            && place.getHost() != null
                            && place.getRawUserInfo() == null
                            && place.getRawPath().isEmpty()
                            && place.getRawQuery() == null
                            && place.getRawFragment() == null
                            && place.getPort() != 0
                            && place.getPort() < 65_536
                    ? Optional.of(of(place))
                    : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }
}
