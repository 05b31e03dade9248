package tenancy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import org.axonframework.config.Configuration;
import org.axonframework.config.Configurer;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.axonframework.modelling.command.Repository;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.json.JacksonSerializer;
import org.springframework.beans.factory.support.StaticListableBeanFactory;

/** Commands, aggregates and events with the real interceptors, without a database: for deciding across aggregates. */
public final class InMemoryTenancy {

    private final List<EventMessage<?>> events = new ArrayList<>();
    private final Configuration axon;
    private final TenantCommands commands;

    /** @param handlers makes the command handlers from the configuration and the way to send commands */
    public InMemoryTenancy(
            List<Class<?>> aggregates, List<BiFunction<Configuration, InMemoryTenancy, Object>> handlers) {
        TenantBinding binding = new TenantBinding();
        Serializer serializer = JacksonSerializer.defaultSerializer();
        Configurer configurer = DefaultConfigurer.defaultConfiguration(false)
                .configureSerializer(configuration -> serializer)
                .configureEmbeddedEventStore(configuration -> new InMemoryEventStorageEngine())
                .configureCorrelationDataProviders(configuration -> List.of(binding));
        aggregates.forEach(configurer::configureAggregate);
        handlers.forEach(
                handler -> configurer.registerCommandHandler(configuration -> handler.apply(configuration, this)));
        axon = configurer.buildConfiguration();
        axon.commandBus().registerDispatchInterceptor(binding);
        axon.commandBus().registerHandlerInterceptor(binding);
        axon.commandBus().registerHandlerInterceptor(new AbsenceIsRefused());
        axon.eventBus().subscribe(events::addAll);
        commands = new DispatchedCommands(
                axon.commandBus(), new StaticListableBeanFactory().getBeanProvider(io.micrometer.tracing.Tracer.class));
        axon.start();
    }

    public TenantCommands commands() {
        return commands;
    }

    public static <T> Repository<T> repository(Configuration axon, Class<T> aggregate) {
        return axon.repository(aggregate);
    }

    /** The door over attempts, written into this store. */
    public Attempts attempts() {
        var attempts = new JournaledAttempts(commands, axon.eventBus(), UUID::randomUUID);
        new org.axonframework.commandhandling.AnnotationCommandHandlerAdapter<>(attempts).subscribe(axon.commandBus());
        return attempts;
    }

    /** Everything published so far. */
    public List<EventMessage<?>> events() {
        return List.copyOf(events);
    }

    /** The payloads of everything published so far. */
    public List<Object> happened() {
        return events.stream().<Object>map(EventMessage::getPayload).toList();
    }
}
