package secrets.sealing;

import java.util.UUID;
import java.util.function.Supplier;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.EventBus;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.springframework.stereotype.Component;
import secrets.sealing.SealingCommand.WriteDown;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/** What was done about sealing, in the fleet's stream. */
@Component
class SealingJournal {

    private final TenantCommands commands;
    private final EventBus events;
    private final Supplier<UUID> ids;

    SealingJournal(TenantCommands commands, EventBus events, Supplier<UUID> ids) {
        this.commands = commands;
        this.events = events;
        this.ids = ids;
    }

    void write(TenantContext operator, SealingEvent event) {
        TenantContext fleet = TenantContext.of(TenantId.FLEET, operator.principal(), operator.requestId());
        commands.ask(fleet, new WriteDown(event));
    }

    /** Each is a stream of its own with one event: nothing to load first, nothing that grows. */
    @CommandHandler
    void handle(WriteDown write) {
        String aggregate =
                "%s/sealing/%s".formatted(TenantId.FLEET, ids.get().toString().replace("-", ""));
        events.publish(new GenericDomainEventMessage<>("Sealing", aggregate, 0, write.event()));
    }
}
