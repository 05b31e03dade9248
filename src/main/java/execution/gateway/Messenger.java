package execution.gateway;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import tenancy.TenantId;

/** Sends the platform's own messages to addresses that tenants name, past the same guard as actions. */
public interface Messenger {

    /**
     * Posts JSON and waits for the answer's status. For virtual threads; never throws for what the network does.
     *
     * @param owner whose address it is
     * @param mayBePrivate whether an operator allowed this address to be a private one
     */
    Sent post(
            TenantId owner,
            URI address,
            boolean mayBePrivate,
            Map<String, String> headers,
            String body,
            Duration timeout);

    /** What came of it. */
    sealed interface Sent {

        record Answered(int status) implements Sent {}

        /** @param why stable, such as {@code destination_blocked} */
        record Unanswered(String why) implements Sent {}
    }
}
