package execution.gateway;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Component;
import tenancy.TenantId;
import tools.jackson.databind.node.JsonNodeFactory;

/** Messages over the client that actions are sent with: checked addresses, no redirects, bounded answers. */
@Component
class GuardedMessenger implements Messenger {

    private static final int MOST_ANSWERED = 64 * 1024;
    private static final TargetSystem.BreakerRule NONE = new TargetSystem.BreakerRule(100, 1, 1, Duration.ZERO, 1);

    private final TargetClient client;

    GuardedMessenger(TargetClient client) {
        this.client = client;
    }

    @Override
    public Sent post(
            TenantId owner,
            URI address,
            boolean mayBePrivate,
            Map<String, String> headers,
            String body,
            Duration timeout) {
        Exchange exchange =
                client.send(owner, target(address, mayBePrivate, timeout), "POST", address, headers, body, timeout);
        return switch (exchange) {
            case Exchange.Answered answered -> new Sent.Answered(answered.status());
            case Exchange.NotSent unsent ->
                new Sent.Unanswered(unsent.reason().name().toLowerCase(Locale.ROOT));
            case Exchange.Unanswered unanswered ->
                new Sent.Unanswered(unanswered.timedOut() ? "read_timeout" : "connection_lost");
        };
    }

    static TargetSystem target(URI address, boolean mayBePrivate, Duration timeout) {
        String host = address.getHost().toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
        return new TargetSystem(
                "",
                JsonNodeFactory.instance.objectNode(),
                0,
                address,
                host,
                mayBePrivate ? Set.of(host) : Set.of(),
                timeout,
                timeout,
                timeout,
                MOST_ANSWERED,
                1,
                NONE,
                Map.of());
    }
}
