package execution.webhook;

import java.util.List;
import org.axonframework.modelling.command.TargetAggregateIdentifier;

/** What a webhook can be asked. */
sealed interface WebhookCommand {

    record RegisterWebhook(
            @TargetAggregateIdentifier WebhookId webhook, String url, List<String> events, boolean mayBePrivate)
            implements WebhookCommand {

        public RegisterWebhook {
            events = List.copyOf(events);
        }
    }

    record RemoveWebhook(@TargetAggregateIdentifier WebhookId webhook) implements WebhookCommand {}
}
