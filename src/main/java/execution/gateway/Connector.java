package execution.gateway;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import execution.gateway.ConnectorCommand.DefineConnector;
import execution.gateway.ConnectorEvent.ConnectorDefined;
import java.time.Instant;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import tenancy.Forbidden;

/** A target system as one tenant describes it, version by version. */
@NullUnmarked // built empty by Axon
@Aggregate(cache = "aggregateCache", snapshotTriggerDefinition = "snapshotEvery")
class Connector {

    @AggregateIdentifier
    private String id;

    private String system;
    private long version;
    private String digest;

    /** As text: a tree takes ten times the memory, and most connectors are described in words that others share. */
    private String document;

    private Instant definedAt;

    Connector() {}

    /** Described for the first time, after {@link #checkFirst}. */
    Connector(DefineConnector define) {
        id = define.connector().toString();
        record(define, 1);
    }

    /** Refuses before anything is created: Axon would log what a constructor throws as a fault of ours. */
    static void checkFirst(DefineConnector define) {
        if (define.replaces() != null) {
            throw VersionConflict.mismatch(define.connector().system(), 0);
        }
        checkPrivate(define, Set::of);
    }

    /** Takes a new description; the same one again, even by someone who has not seen it accepted, changes nothing. */
    void define(DefineConnector define) {
        if (digest.equals(define.digest())) {
            return;
        }
        if (define.replaces() == null) {
            throw VersionConflict.required(system, version);
        }
        if (define.replaces() != version) {
            throw VersionConflict.mismatch(system, version);
        }
        checkPrivate(define, this::privateHosts);
        record(define, version + 1);
    }

    /** A tenant's own words may not open the network that the platform shares with all tenants. */
    private static void checkPrivate(DefineConnector define, Supplier<Set<String>> allowed) {
        if (!define.mayAllowPrivate()
                && !define.privateHosts().isEmpty()
                && !allowed.get().containsAll(define.privateHosts())) {
            throw new Forbidden(
                    "private_addresses", "Only an operator may allow a connector to reach private addresses.");
        }
    }

    private Set<String> privateHosts() {
        return ConnectorReader.read(document).privateHosts();
    }

    private static void record(DefineConnector define, long version) {
        apply(new ConnectorDefined(define.connector().system(), version, define.digest(), define.document()));
    }

    @EventSourcingHandler
    void on(ConnectorDefined event, @SourceId String connector, @Timestamp Instant at) {
        id = connector;
        system = event.system();
        version = event.version();
        digest = event.digest();
        document = event.document().toString();
        definedAt = at;
    }

    ConnectorView view() {
        return new ConnectorView(system, version, digest, definedAt, CanonicalJson.read(document, ""));
    }

    /** The operation in force; compiled documents are shared by all who describe a system in the same words. */
    HttpOperation operation(String name, BiFunction<String, String, TargetSystem> compiled) {
        TargetSystem target = compiled.apply(digest, document);
        TargetSystem.Described described = target.operations().get(name);
        if (described == null) {
            throw Undescribed.operation(system, name);
        }
        return new HttpOperation(system, version, target, described);
    }
}
