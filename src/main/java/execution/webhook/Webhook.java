package execution.webhook;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import execution.webhook.WebhookCommand.RegisterWebhook;
import execution.webhook.WebhookCommand.RemoveWebhook;
import execution.webhook.WebhookEvent.WebhookRegistered;
import execution.webhook.WebhookEvent.WebhookRemoved;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;

/** One address that is told: registered once, removed once, never changed. */
@NullUnmarked
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock")
class Webhook {

    @AggregateIdentifier
    private String id;

    private String key;
    private boolean removed;

    Webhook() {}

    Webhook(RegisterWebhook register) {
        id = register.webhook().toString();
        apply(new WebhookRegistered(
                register.webhook().key(), register.url(), register.events(), register.mayBePrivate()));
    }

    @CommandHandler
    void handle(RemoveWebhook remove) {
        if (!removed) {
            apply(new WebhookRemoved(key));
        }
    }

    @EventSourcingHandler
    void on(WebhookEvent event, @SourceId String source) {
        id = source;
        switch (event) {
            case WebhookRegistered registered -> key = registered.webhook();
            case WebhookRemoved gone -> removed = true;
        }
    }
}
