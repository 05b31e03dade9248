package journal;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.common.caching.Cache;
import org.axonframework.common.lock.NullLockFactory;
import org.axonframework.config.AggregateConfigurer;
import org.axonframework.config.ConfigurerModule;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventsourcing.AggregateFactory;
import org.axonframework.eventsourcing.GenericAggregateFactory;
import org.axonframework.eventsourcing.SnapshotTriggerDefinition;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.MessageDispatchInterceptor;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.messaging.correlation.CorrelationDataProvider;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tenancy.Ahead;
import tenancy.ContentSeal;
import tenancy.InlineRows;
import tenancy.JournaledTypes;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantReads;
import tenancy.TenantTransactions;

/** The journal in a Spring Boot application, with the sample instead of our other modules. */
@EnableAutoConfiguration
@Import(JournalConfiguration.class)
class SampleApplication {

    /** What the sample's projection has counted, by tally. */
    static final Map<String, Integer> projected = new ConcurrentHashMap<>();

    static final AtomicInteger dispatched = new AtomicInteger();
    static final AtomicInteger handled = new AtomicInteger();

    /** One bean of both kinds, as a module would have it. */
    static class Counting
            implements MessageDispatchInterceptor<CommandMessage<?>>, MessageHandlerInterceptor<CommandMessage<?>> {
        @Override
        public BiFunction<Integer, CommandMessage<?>, CommandMessage<?>> handle(
                List<? extends CommandMessage<?>> messages) {
            return (index, message) -> {
                dispatched.incrementAndGet();
                return message;
            };
        }

        @Override
        public @Nullable Object handle(UnitOfWork<? extends CommandMessage<?>> unit, InterceptorChain chain)
                throws Exception {
            handled.incrementAndGet();
            return chain.proceed();
        }
    }

    @Bean
    Counting counting() {
        return new Counting();
    }

    @ProcessingGroup("sample")
    static class Projection {
        @EventHandler
        void on(Sample.TallyEvent.Counted counted) {
            projected.merge(counted.tally(), counted.amount(), Integer::sum);
        }
    }

    /** Follows what is rare, as the platform's projections do. */
    @ProcessingGroup("sample_rare")
    static class RareProjection {
        @EventHandler
        void on(Sample.TallyEvent.TallyOpened opened) {
            projected.put(opened.tally(), 0);
        }
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "sample.projection", matchIfMissing = true)
    ConfigurerModule projection() {
        return configurer ->
                configurer.eventProcessing(processing -> processing.registerEventHandler(axon -> new Projection()));
    }

    @Bean
    @ConditionalOnBooleanProperty("sample.rare-projection")
    ConfigurerModule rareProjection() {
        return configurer ->
                configurer.eventProcessing(processing -> processing.registerEventHandler(axon -> new RareProjection()));
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    @Primary
    HikariDataSource dataSource(@Value("${sample.database}") String database) {
        return pool(database, "app", 8);
    }

    @Bean
    @Qualifier("systemDataSource")
    HikariDataSource systemDataSource(@Value("${sample.database}") String database) {
        return pool(database, "system", 4);
    }

    @Bean
    @Qualifier("journalDataSource")
    LosesAnswers journalDataSource(@Value("${sample.database}") String database) {
        return new LosesAnswers(pool(database, "journal", 2));
    }

    private static HikariDataSource pool(String database, String role, int size) {
        var pool = new HikariDataSource();
        pool.setJdbcUrl(TestDatabases.url(database, role));
        pool.setUsername("firebreak_" + role);
        pool.setPassword("x");
        pool.setMaximumPoolSize(size);
        pool.setConnectionTimeout(1_000);
        return pool;
    }

    @Bean
    TenantTransactions tenantTransactions(PlatformTransactionManager manager, DataSource primary) {
        var transaction = new TransactionTemplate(manager);
        var jdbc = new JdbcTemplate(primary);
        return new TenantTransactions() {
            @Override
            @SuppressWarnings("NullAway")
            public <T> T in(TenantId tenant, Supplier<T> work) {
                Ahead.awaitWhatIsBefore();
                return transaction.execute(status -> {
                    jdbc.queryForObject("select set_config('app.tenant', ?, true)", String.class, tenant.value());
                    return work.get();
                });
            }
        };
    }

    /** How many reads were asked for, of all tenants. */
    static final AtomicInteger READS = new AtomicInteger();

    @Bean
    TenantReads tenantReads(TenantTransactions transactions, DataSource primary) {
        var jdbc = new JdbcTemplate(primary);
        return new TenantReads() {
            @Override
            public <T> List<T> read(TenantId tenant, String query, RowMapper<T> row, Object... values) {
                READS.incrementAndGet();
                return transactions.in(tenant, () -> jdbc.query(query, row, values));
            }
        };
    }

    @Bean
    JournaledTypes sampleTypes() {
        return new JournaledTypes(
                List.of(Sample.TallyEvent.class, Sample.TicketEvent.class, Sample.Tally.class, Sample.Ticket.class));
    }

    @Bean
    ContentSeal contents() {
        return new ReversedContents();
    }

    @Bean
    InlineRows ticketRows() {
        return new Sample.TicketRows();
    }

    @Bean
    CorrelationDataProvider context() {
        return message -> {
            Map<String, Object> context = new TreeMap<>(message.getMetaData());
            context.keySet().retainAll(List.of(TenantContext.TENANT, TenantContext.AGENT, TenantContext.REQUEST));
            return context;
        };
    }

    /** Made by Axon for what is annotated as a Spring bean; the sample is not, so that no scan finds it. */
    @Bean
    AggregateFactory<Sample.Tally> tallies() {
        return new GenericAggregateFactory<>(Sample.Tally.class);
    }

    @Bean
    ConfigurerModule sample(ObjectProvider<Cache> cache, ObjectProvider<SnapshotTriggerDefinition> snapshotEvery) {
        return configurer -> configurer
                .configureAggregate(AggregateConfigurer.defaultConfiguration(Sample.Tally.class)
                        .configureCache(axon -> cache.getObject())
                        .configureLockFactory(axon -> NullLockFactory.INSTANCE)
                        .configureSnapshotTrigger(axon -> snapshotEvery.getObject()))
                .configureAggregate(AggregateConfigurer.defaultConfiguration(Sample.Ticket.class)
                        .configureCache(axon -> cache.getObject())
                        .configureLockFactory(axon -> NullLockFactory.INSTANCE))
                .registerCommandHandler(axon ->
                        new Sample.Desk(axon.repository(Sample.Tally.class), axon.repository(Sample.Ticket.class)));
    }
}
