package execution.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import execution.gateway.ConnectorCommand.AcceptOperation;
import execution.gateway.ConnectorCommand.AdoptConnector;
import execution.gateway.ConnectorCommand.CompareConnector;
import execution.gateway.ConnectorCommand.DefineConnector;
import execution.gateway.ConnectorCommand.ReadConnector;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.springframework.stereotype.Component;
import tenancy.LongWork;
import tenancy.NotFound;
import tenancy.TenantId;

/** Connectors, read from the aggregate in force in the tenant's lane. */
@Component
class StoredConnectors implements Connectors {

    private static final int MOST_ABSENT = 10_000;
    private static final long MOST_COMPILED_CHARACTERS = 4L * 1024 * 1024;

    private final Repository<Connector> connectors;

    /** By content, not by tenant: a thousand tenants with the same description need one compiled form. */
    private final Cache<String, TargetSystem> compiled = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(MOST_COMPILED_CHARACTERS)
            .weigher((String digest, TargetSystem target) -> target.characters())
            .build();

    /**
     * Systems that nobody described, remembered for a second: a caller that insists may not make the database look
     * again each time. Forgotten when one is described here; a second late elsewhere, and denied.
     */
    private final Cache<String, Boolean> absent = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_ABSENT)
            .expireAfterWrite(Duration.ofSeconds(1))
            .build();

    StoredConnectors(Repository<Connector> connectors) {
        this.connectors = connectors;
    }

    @Override
    public Operation operation(TenantId tenant, String system, String operation) {
        return find(new ConnectorId(tenant, system))
                .orElseThrow(() -> Undescribed.system(system))
                .invoke(connector -> connector.operation(
                        tenant, operation, (digest, document) -> compiled(tenant, digest, document)));
    }

    @CommandHandler
    ConnectorView handle(DefineConnector define) throws Exception {
        absent.invalidate(define.connector().toString());
        Optional<Aggregate<Connector>> found = find(define.connector());
        Aggregate<Connector> connector;
        if (found.isPresent()) {
            connector = found.get();
            connector.execute(described -> described.define(define));
        } else {
            Connector.checkFirst(define);
            absent.invalidate(define.connector().toString());
            connector = connectors.newInstance(() -> new Connector(define));
        }
        return connector.invoke(Connector::view);
    }

    @CommandHandler
    ConnectorView handle(AdoptConnector adopt) throws Exception {
        DefineConnector define = adopt.define();
        Optional<Aggregate<Connector>> found = find(define.connector());
        Aggregate<Connector> connector;
        if (found.isPresent()) {
            connector = found.get();
            connector.execute(described -> described.adopt(adopt));
        } else {
            Connector.checkFirst(define);
            absent.invalidate(define.connector().toString());
            connector = connectors.newInstance(() -> new Connector(adopt));
        }
        return connector.invoke(Connector::view);
    }

    @CommandHandler
    ConnectorView handle(CompareConnector compare) {
        return changed(compare.connector(), described -> described.compare(compare));
    }

    @CommandHandler
    ConnectorView handle(AcceptOperation accept) {
        return changed(accept.connector(), described -> described.accept(accept));
    }

    private ConnectorView changed(ConnectorId connector, Consumer<Connector> change) {
        Aggregate<Connector> found = find(connector).orElseThrow(() -> new NotFound("connector", connector.system()));
        found.execute(change);
        return found.invoke(Connector::view);
    }

    @CommandHandler
    Optional<ConnectorView> handle(ReadConnector read) {
        return find(read.connector()).map(connector -> connector.invoke(Connector::view));
    }

    private Optional<Aggregate<Connector>> find(ConnectorId connector) {
        String id = connector.toString();
        if (absent.getIfPresent(id) != null) {
            return Optional.empty();
        }
        try {
            return Optional.of(connectors.load(id));
        } catch (AggregateNotFoundException nobodyDescribed) {
            absent.put(id, true);
            return Optional.empty();
        }
    }

    private TargetSystem compiled(TenantId tenant, String digest, String document) {
        TargetSystem known = compiled.getIfPresent(digest);
        if (known == null) {
            // Not by the cache: while it compiles for one tenant it may block others, and this waits for a turn.
            known = LongWork.of(tenant, () -> ConnectorReader.read(document));
            compiled.put(digest, known);
        }
        return known;
    }
}
