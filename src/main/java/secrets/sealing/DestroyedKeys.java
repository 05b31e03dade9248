package secrets.sealing;

import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.EventBus;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.messaging.MetaData;
import org.springframework.stereotype.Component;
import secrets.ContentRetention;
import secrets.sealing.ContentEvent.ContentKeysDestroyed;
import tenancy.ContentSeal.Left;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/** Destroys keys in the transaction of the event that tells of it. */
@Component
class DestroyedKeys implements ContentRetention {

    private static final String PRINCIPAL = "platform:retention";

    private final TenantCommands commands;
    private final EventBus events;
    private final ContentKeys keys;
    private final Supplier<UUID> ids;

    DestroyedKeys(TenantCommands commands, EventBus events, ContentKeys keys, Supplier<UUID> ids) {
        this.commands = commands;
        this.events = events;
        this.keys = keys;
        this.ids = ids;
    }

    /** To be written down, and with that, done. */
    record Destroy(ContentKeysDestroyed event) {}

    @Override
    public long destroyThrough(TenantId tenant, LocalDate last) {
        Left left = keys.left(tenant, last.toString());
        String newest = left.last();
        if (newest == null) {
            return 0;
        }
        commands.ask(
                TenantContext.of(tenant, PRINCIPAL, null), new Destroy(new ContentKeysDestroyed(newest, left.keys())));
        keys.forget(tenant, newest);
        return left.keys();
    }

    /** Each is a stream of its own with one event: nothing to load first, nothing that grows. */
    @CommandHandler
    void handle(Destroy destroy, MetaData metaData) {
        String aggregate = "%s/content_keys/%s"
                .formatted(
                        metaData.get(TenantContext.TENANT), ids.get().toString().replace("-", ""));
        events.publish(new GenericDomainEventMessage<>("ContentKeys", aggregate, 0, destroy.event()));
    }
}
