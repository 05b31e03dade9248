package execution.webhook;

import java.util.List;
import org.axonframework.serialization.Revision;

/** What can happen to a webhook. Its secret is none of it. */
public sealed interface WebhookEvent {

    /**
     * @param events what it is told of, such as {@code approval.requested}
     * @param mayBePrivate whether an operator allowed the address to be a private one
     */
    @Revision("1")
    record WebhookRegistered(String webhook, String url, List<String> events, boolean mayBePrivate)
            implements WebhookEvent {

        public WebhookRegistered {
            events = List.copyOf(events);
        }
    }

    @Revision("1")
    record WebhookRemoved(String webhook) implements WebhookEvent {}
}
