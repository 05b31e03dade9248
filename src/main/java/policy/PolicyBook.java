package policy;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import java.time.Instant;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import policy.PolicyEvent.PolicyPublished;
import tenancy.TenantContext;

/** One profile of a tenant, version by version; holds the one in force, the journal holds the others. */
@Aggregate(cache = "aggregateCache", snapshotTriggerDefinition = "snapshotEvery")
@NullUnmarked
class PolicyBook {

    @AggregateIdentifier
    private String id;

    private PublishedPolicy inForce;

    /** Made from the document when first asked, and never part of a snapshot. */
    private transient @Nullable InForce ready;

    PolicyBook() {}

    PolicyBook(ProfileId profile, PolicyDocument document, String comment) {
        id = profile.toString();
        Lint.check(Layer.of(profile.tenant(), profile.profile()), document);
        apply(new PolicyPublished(profile.profile(), 1, document, comment));
    }

    void publish(PolicyDocument document, @Nullable Long expectedVersion, String comment) {
        if (expectedVersion == null) {
            throw new VersionRequired(inForce.profile(), inForce.version());
        }
        if (expectedVersion != inForce.version()) {
            throw new VersionMismatch(inForce.profile(), expectedVersion, inForce.version());
        }
        Lint.check(Layer.of(inForce.profile()), document);
        apply(new PolicyPublished(inForce.profile(), inForce.version() + 1, document, comment));
    }

    PublishedPolicy inForce() {
        return inForce;
    }

    /** What decides at this moment. */
    InForce ready() {
        InForce documents = ready;
        if (documents == null) {
            documents = new InForce(CompiledPolicy.of(inForce.profile(), inForce.version(), inForce.document()), null);
            ready = documents;
        }
        return documents;
    }

    @EventSourcingHandler
    void on(
            PolicyPublished published,
            @SourceId String book,
            @Timestamp Instant at,
            @MetaDataValue(TenantContext.PRINCIPAL) @Nullable String by) {
        id = book;
        inForce = new PublishedPolicy(
                published.profile(), published.version(), published.document(), published.comment(), at, by);
        ready = null;
    }
}
