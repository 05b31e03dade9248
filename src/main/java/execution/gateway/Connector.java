package execution.gateway;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import execution.gateway.ConnectorCommand.AcceptOperation;
import execution.gateway.ConnectorCommand.AdoptConnector;
import execution.gateway.ConnectorCommand.CompareConnector;
import execution.gateway.ConnectorCommand.DefineConnector;
import execution.gateway.ConnectorEvent.ConnectorAdopted;
import execution.gateway.ConnectorEvent.ConnectorDefined;
import execution.gateway.ConnectorEvent.OperationAccepted;
import execution.gateway.ConnectorEvent.OperationQuarantined;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import tenancy.Conflict;
import tenancy.Forbidden;
import tenancy.Sized;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;

/** A target system as one tenant describes it, version by version. */
@NullUnmarked // built empty by Axon
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock", snapshotTriggerDefinition = "snapshotEvery")
class Connector implements Sized {

    @AggregateIdentifier
    private String id;

    private String system;
    private long version;
    private String digest;

    /** As text: a tree takes ten times the memory, and most connectors are described in words that others share. */
    private String document;

    private Instant definedAt;

    /** The catalogue's version that it was adopted from; 0 if it never was. */
    private long catalogueVersion;

    private String catalogueDigest;

    /** By operation. */
    private TreeMap<String, Quarantine> quarantined = new TreeMap<>();

    Connector() {}

    @Override
    public long bytes() {
        return document == null ? 0 : (long) document.length() * Character.BYTES;
    }

    /** Described for the first time, after {@link #checkFirst}. */
    Connector(DefineConnector define) {
        id = define.connector().toString();
        record(define, 1);
    }

    /** Adopted before anything else was described, after {@link #checkFirst}. */
    Connector(AdoptConnector adopt) {
        id = adopt.define().connector().toString();
        record(adopt.define(), 1);
        recordAdopted(adopt);
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

    /** Takes the catalogue's description; what the tenant has accepted otherwise waits until that is accepted too. */
    void adopt(AdoptConnector adopt) {
        DefineConnector define = adopt.define();
        boolean same = digest.equals(define.digest());
        if (same && catalogueVersion == adopt.catalogueVersion()) {
            return;
        }
        if (define.replaces() == null) {
            throw VersionConflict.required(system, version);
        }
        if (define.replaces() != version) {
            throw VersionConflict.mismatch(system, version);
        }
        List<Finding> otherwise = acceptedOtherwise(define.document());
        if (!same) {
            record(define, version + 1);
        }
        recordAdopted(adopt);
        otherwise.forEach(this::quarantine);
    }

    /** Operations that this document describes otherwise than the tenant has accepted, as far as that is news. */
    private List<Finding> acceptedOtherwise(JsonNode wanted) {
        JsonNode inForce = CanonicalJson.read(document, "");
        List<Finding> found = new ArrayList<>();
        for (String name : inForce.path("operations").propertyNames()) {
            Quarantine waits = quarantined.get(name);
            if (wanted.path("operations").has(name)) {
                JsonNode accepted = waits != null && waits.before() != null
                        ? CanonicalJson.read(waits.before(), "")
                        : Pinned.whole(inForce, name);
                Finding finding = Finding.inPlace(name, accepted, wanted);
                if (!finding.isSame() && !(waits != null && waits.inPlace() && waits.offers(finding))) {
                    found.add(finding);
                }
            }
        }
        return found;
    }

    /** Quarantines what is not what was accepted, once for each form that it is found in. */
    void compare(CompareConnector compare) {
        if (compare.version() != version) {
            throw VersionConflict.mismatch(system, version);
        }
        for (Finding finding : compare.findings()) {
            Quarantine known = quarantined.get(finding.operation());
            boolean news = known == null ? !finding.isSame() : !known.inPlace() && !known.offers(finding);
            if (news) {
                quarantine(finding);
            }
        }
    }

    void accept(AcceptOperation accept) {
        Quarantine waits = quarantined.get(accept.operation());
        if (waits == null) {
            throw new Conflict(
                    "not_quarantined", "Operation %s of %s is not quarantined.".formatted(accept.operation(), system));
        }
        waits.checkAccept(accept.offeredDigest());
        if (accept.version() != version) {
            throw VersionConflict.mismatch(system, version);
        }
        apply(new OperationAccepted(system, accept.operation(), accept.offeredDigest()));
        if (!digest.equals(accept.digest())) {
            apply(new ConnectorDefined(system, version + 1, accept.digest(), accept.document()));
        }
    }

    private void quarantine(Finding finding) {
        apply(new OperationQuarantined(
                system,
                finding.operation(),
                finding.acceptedDigest(),
                finding.offeredDigest(),
                finding.changes(),
                finding.more(),
                finding.offered(),
                finding.before()));
    }

    private static void recordAdopted(AdoptConnector adopt) {
        DefineConnector define = adopt.define();
        apply(new ConnectorAdopted(define.connector().system(), adopt.catalogueVersion(), define.digest()));
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
        quarantined.values().removeIf(waits -> !waits.isAbout(event.document()));
    }

    @EventSourcingHandler
    void on(ConnectorAdopted event) {
        catalogueVersion = event.catalogueVersion();
        catalogueDigest = event.digest();
    }

    @EventSourcingHandler
    void on(OperationQuarantined event, @Timestamp Instant at) {
        quarantined.put(event.operation(), Quarantine.of(event, at));
    }

    @EventSourcingHandler
    void on(OperationAccepted event) {
        quarantined.remove(event.operation());
    }

    ConnectorView view() {
        return new ConnectorView(
                system,
                version,
                digest,
                definedAt,
                CanonicalJson.read(document, ""),
                quarantined.values().stream().map(waits -> waits.view(system)).toList(),
                catalogueVersion == 0
                        ? null
                        : new ConnectorView.Adopted(catalogueVersion, digest.equals(catalogueDigest), null));
    }

    /** The operation in force; compiled documents are shared by all who describe a system in the same words. */
    HttpOperation operation(TenantId tenant, String name, BiFunction<String, String, TargetSystem> compiled) {
        TargetSystem target = compiled.apply(digest, document);
        TargetSystem.Described described = target.operations().get(name);
        if (described == null) {
            throw Undescribed.operation(system, name);
        }
        return new HttpOperation(
                tenant, system, version, target, described, quarantined.isEmpty() ? Map.of() : Map.copyOf(quarantined));
    }
}
