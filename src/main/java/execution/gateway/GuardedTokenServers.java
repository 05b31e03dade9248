package execution.gateway;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import secrets.Concealed;
import secrets.TokenServers;
import tenancy.TenantId;

/** Token endpoints over the client that actions are sent with: checked addresses, no redirects, bounded answers. */
@Component
class GuardedTokenServers implements TokenServers {

    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final TargetClient client;

    GuardedTokenServers(TargetClient client) {
        this.client = client;
    }

    @Override
    public Answer post(
            TenantId owner, URI address, boolean mayBePrivate, Map<String, String> headers, Map<String, String> form) {
        if (!usable(address, mayBePrivate)) {
            return new Answer.Unanswered("unusable_address");
        }
        Map<String, String> sent = new HashMap<>(headers);
        sent.put("Content-Type", "application/x-www-form-urlencoded");
        sent.put("Accept", "application/json");
        Exchange exchange = client.send(
                owner,
                GuardedMessenger.target(address, mayBePrivate, LONGEST),
                "POST",
                address,
                sent,
                encoded(form),
                LONGEST);
        return switch (exchange) {
            case Exchange.Answered answered -> {
                byte[] body = answered.body();
                yield body == null
                        ? new Answer.Unanswered("answer_too_large")
                        : new Answer.Answered(
                                answered.status(), new Concealed(new String(body, StandardCharsets.UTF_8)));
            }
            case Exchange.NotSent unsent ->
                new Answer.Unanswered(unsent.reason().name().toLowerCase(Locale.ROOT));
            case Exchange.Unanswered unanswered ->
                new Answer.Unanswered(unanswered.timedOut() ? "read_timeout" : "connection_lost");
        };
    }

    /** What is sent there is a secret: never in the clear, but to a host that an operator knows to be near. */
    private static boolean usable(URI address, boolean mayBePrivate) {
        String scheme = address.getScheme();
        return address.getHost() != null
                && address.getRawUserInfo() == null
                && address.getRawFragment() == null
                && ("https".equalsIgnoreCase(scheme) || mayBePrivate && "http".equalsIgnoreCase(scheme));
    }

    private static String encoded(Map<String, String> form) {
        return form.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .sorted()
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
