package journal;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import javax.sql.DataSource;
import org.axonframework.commandhandling.CommandBusSpanFactory;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.DuplicateCommandHandlerResolver;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.common.caching.Cache;
import org.axonframework.common.jdbc.ConnectionProvider;
import org.axonframework.common.lock.LockFactory;
import org.axonframework.common.lock.NullLockFactory;
import org.axonframework.config.ConfigurerModule;
import org.axonframework.eventhandling.EventBusSpanFactory;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.eventhandling.tokenstore.jdbc.JdbcTokenStore;
import org.axonframework.eventhandling.tokenstore.jdbc.TokenSchema;
import org.axonframework.eventsourcing.SnapshotTriggerDefinition;
import org.axonframework.eventsourcing.Snapshotter;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import org.axonframework.messaging.MessageDispatchInterceptor;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.messaging.StreamableMessageSource;
import org.axonframework.messaging.annotation.HandlerDefinition;
import org.axonframework.messaging.annotation.ParameterResolverFactory;
import org.axonframework.messaging.interceptors.CorrelationDataInterceptor;
import org.axonframework.serialization.Serializer;
import org.axonframework.spring.jdbc.SpringDataSourceConnectionProvider;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import tenancy.ContentSeal;
import tenancy.InlineRows;
import tenancy.JournaledTypes;
import tenancy.PastEvents;
import tenancy.PastStates;
import tenancy.TenantReads;
import tenancy.TenantTransactions;

/** Lanes, writer and storage in the places where Axon looks for its command bus, event store and transactions. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(JournalSettings.class)
class JournalConfiguration {

    /** What another node committed is seen by looking; what this one did wakes the projections it concerns. */
    private static final Duration LONGEST_BETWEEN_LOOKS = Duration.ofMillis(200);
    /** Events that Axon holds for projections that are a little behind; one that somebody handles may be as large as a request. */
    private static final int MOST_TAILED = 64;

    @Bean
    @Primary
    JournalSerializer serializer(List<JournaledTypes> modules, ContentSeal seal) {
        return new JournalSerializer(new LogicalNames(modules), seal);
    }

    @Bean
    @Qualifier("messageSerializer")
    Serializer messageSerializer(JournalSerializer serializer) {
        return serializer;
    }

    @Bean
    @Qualifier("eventSerializer")
    Serializer eventSerializer(JournalSerializer serializer) {
        return serializer;
    }

    @Bean
    Wakes journalWakes() {
        return new Wakes();
    }

    @Bean
    JournalWriter journalWriter(
            @Qualifier("journalDataSource") DataSource dataSource,
            ObjectProvider<InlineRows> inlineRows,
            Wakes wakes,
            JournalSettings settings,
            MeterRegistry meters) {
        var connection = new JournalConnection(dataSource, settings);
        var commit = new GroupCommit(
                connection, sorted(inlineRows), settings.commitDeadline(), append -> wakes.wake(append.tenant()));
        return new JournalWriter(connection, commit, settings, meters);
    }

    @Bean
    ProjectedTypes projectedTypes(org.axonframework.config.Configuration axon, JournalSerializer serializer) {
        return new ProjectedTypes(axon, serializer);
    }

    @Bean
    JournalStorage journalStorage(
            DataSource primary,
            @Qualifier("systemDataSource") DataSource system,
            org.axonframework.config.Configuration axon,
            TenantTransactions transactions,
            TenantReads reads,
            JournalSerializer serializer,
            ProjectedTypes projected,
            SnapshotSizes sizes,
            ObjectProvider<InlineRows> inlineRows,
            JournalSettings settings) {
        var ofTenant = JdbcEventStorageEngine.builder();
        ofTenant.connectionProvider(new SpringDataSourceConnectionProvider(primary));
        ofTenant.eventSerializer(serializer).snapshotSerializer(serializer);
        ofTenant.upcasterChain(axon.upcasterChain()).snapshotFilter(axon.snapshotFilter());
        var ofAll = JdbcEventStorageEngine.builder();
        ofAll.gapTimeout((int) settings.gapTimeout().toMillis());
        ofAll.eventSerializer(serializer).snapshotSerializer(serializer);
        ofAll.upcasterChain(axon.upcasterChain()).batchSize(TailedEvents.WINDOW);
        var tail = new TailedEvents(ofAll, system, projected, serializer);
        return new JournalStorage(ofTenant, transactions, reads, serializer, tail, sizes, sorted(inlineRows));
    }

    /** In one order everywhere: rows are handed from storage to writer by position. */
    private static List<InlineRows> sorted(ObjectProvider<InlineRows> inlineRows) {
        return inlineRows.stream()
                .sorted(Comparator.comparing(InlineRows::name))
                .toList();
    }

    @Bean("eventBus")
    @Qualifier("eventStore")
    JournalEventStore eventStore(
            JournalStorage storage,
            ProjectedTypes projected,
            org.axonframework.config.Configuration axon,
            Clock clock) {
        // PostgreSQL keeps microseconds: an event must not change when it is read back. Axon knows no other way.
        GenericEventMessage.clock = Clock.tick(clock, Duration.ofNanos(1_000));
        var builder = EmbeddedEventStore.builder()
                .cachedEvents(MOST_TAILED)
                .fetchDelay(LONGEST_BETWEEN_LOOKS.toMillis())
                .spanFactory(axon.getComponent(EventBusSpanFactory.class));
        return new JournalEventStore(builder, projected, storage);
    }

    @Bean
    @Primary
    @Qualifier("localSegment")
    TenantLanes commandBus(
            JournalWriter writer,
            org.axonframework.config.Configuration axon,
            DuplicateCommandHandlerResolver duplicates,
            ObjectProvider<MessageDispatchInterceptor<? super CommandMessage<?>>> dispatchInterceptors,
            ObjectProvider<MessageHandlerInterceptor<? super CommandMessage<?>>> handlerInterceptors,
            JournalSettings settings,
            MeterRegistry meters) {
        var lanes = new TenantLanes(
                SimpleCommandBus.builder().duplicateCommandHandlerResolver(duplicates),
                new LaneTransactions(writer),
                axon.getComponent(CommandBusSpanFactory.class),
                settings,
                meters);
        lanes.registerHandlerInterceptor(new CorrelationDataInterceptor<>(axon.correlationDataProviders()));
        handlerInterceptors.orderedStream().forEach(lanes::registerHandlerInterceptor);
        dispatchInterceptors.orderedStream().forEach(lanes::registerDispatchInterceptor);
        return lanes;
    }

    @Bean
    Cache aggregateCache(JournalSettings settings) {
        return new AggregateCache(settings.aggregateMemory().toBytes());
    }

    /** A lane is served by one thread at a time, and nobody else touches its tenant's aggregates. */
    @Bean
    LockFactory laneIsLock() {
        return NullLockFactory.INSTANCE;
    }

    @Bean
    SnapshotSizes snapshotSizes(JournalSettings settings) {
        return new SnapshotSizes(settings.snapshotEvery() * SnapshotTriggers.BYTES_AN_EVENT);
    }

    @Bean
    SnapshotTriggerDefinition snapshotEvery(Snapshotter snapshotter, SnapshotSizes sizes, JournalSettings settings) {
        return new SnapshotTriggers(snapshotter, sizes, settings.snapshotEvery());
    }

    @Bean
    LaneSnapshots aggregateSnapshotter(
            org.axonframework.config.Configuration axon, JournalSerializer serializer, EventStore eventStore) {
        return new LaneSnapshots(axon, serializer, eventStore);
    }

    @Bean
    TokenStore tokenStore(ConnectionProvider connections, JournalSerializer serializer) {
        return JdbcTokenStore.builder()
                .connectionProvider(connections)
                .serializer(serializer)
                .schema(TokenSchema.builder()
                        .setTokenTable("journal.token")
                        .setProcessorNameColumn("processor_name")
                        .setTokenTypeColumn("token_type")
                        .build())
                .build();
    }

    /**
     * Projections start at the first event, work in batches, and stop at an event they cannot handle rather than pass
     * over it.
     */
    @Bean
    ConfigurerModule projectionDefaults(JournalSettings settings) {
        return configurer -> configurer.eventProcessing(processing -> processing
                .usingPooledStreamingEventProcessors((axon, builder) -> builder.batchSize(settings.projectionBatch())
                        .initialSegmentCount(1)
                        .initialToken(StreamableMessageSource::createTailToken))
                .registerDefaultListenerInvocationErrorHandler(axon -> PropagatingErrorHandler.instance()));
    }

    @Bean
    StoredJournal journal(
            TenantTransactions transactions, JdbcTemplate jdbc, Wakes wakes, JournalSerializer serializer) {
        return new StoredJournal(transactions, jdbc, wakes, serializer);
    }

    @Bean
    Recall recall(
            TenantTransactions transactions, JdbcTemplate jdbc, StoredJournal journal, JournalSerializer serializer) {
        return new StoredRecall(transactions, jdbc, journal, serializer);
    }

    @Bean
    PastEvents pastEvents(TenantTransactions transactions, JdbcTemplate jdbc, JournalSerializer serializer) {
        return new StoredPast(transactions, jdbc, serializer);
    }

    @Bean
    PastStates pastStates(
            TenantTransactions transactions,
            JdbcTemplate jdbc,
            EventStorageEngine storage,
            EventStore events,
            ParameterResolverFactory parameters,
            HandlerDefinition handlers,
            Clock clock) {
        return new StoredPastStates(transactions, jdbc, storage, events, parameters, handlers, clock);
    }
}
