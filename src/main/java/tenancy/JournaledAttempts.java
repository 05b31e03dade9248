package tenancy;

import java.util.UUID;
import java.util.function.Supplier;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.EventBus;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tenancy.TenantEvent.RequestRefused;
import tenancy.TenantEvent.TenantRead;

/** Attempts, written down through the tenant's own lane: in order with its decisions, and before the answer. */
@Component
class JournaledAttempts implements Attempts {

    private static final Logger LOG = LoggerFactory.getLogger(JournaledAttempts.class);

    private final TenantCommands commands;
    private final EventBus events;
    private final Supplier<UUID> ids;

    JournaledAttempts(TenantCommands commands, EventBus events, Supplier<UUID> ids) {
        this.commands = commands;
        this.events = events;
        this.ids = ids;
    }

    /** Whoever was refused is answered in any case: what cannot be written down is logged instead. */
    @Override
    public void refused(
            TenantContext context, String method, String route, int status, String code, @Nullable String pointer) {
        try {
            commands.ask(context, new WriteDown(new RequestRefused(method, route, status, code, pointer)));
        } catch (RuntimeException unwritten) {
            LOG.error(
                    "A refusal ({} {}, {}) of tenant {} was not journaled",
                    method,
                    route,
                    code,
                    context.tenant(),
                    unwritten);
        }
    }

    /** Whoever looks leaves a trace or does not look: what cannot be written down is not shown. */
    @Override
    public void accessed(TenantContext context, Role role, String method, String route) {
        var read = new TenantRead(role, method, route);
        // An operator looks to see what to stop.
        commands.ask(context, role == Role.OPERATOR ? new WriteDownFirst(read) : new WriteDown(read));
    }

    /** Each attempt is a stream of its own with one event: nothing to load first, nothing that grows. */
    @CommandHandler
    void handle(WriteDown attempt, @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant) {
        write(attempt.event(), tenant);
    }

    @CommandHandler
    void handle(WriteDownFirst attempt, @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant) {
        write(attempt.event(), tenant);
    }

    private void write(TenantEvent event, String tenant) {
        String aggregate = tenant + "/access/" + ids.get().toString().replace("-", "");
        events.publish(new GenericDomainEventMessage<>("Access", aggregate, 0, event));
    }

    /** Asks to journal an attempt in the tenant of the context. */
    record WriteDown(TenantEvent event) {}

    /** The same, before what waits in the tenant's lane. */
    record WriteDownFirst(TenantEvent event) implements Urgent {}
}
