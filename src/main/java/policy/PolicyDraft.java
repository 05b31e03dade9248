package policy;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import java.time.Instant;
import java.util.Optional;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import policy.PolicyEvent.PolicyDraftClosed;
import policy.PolicyEvent.PolicyDraftSaved;
import tenancy.Refusal;
import tenancy.Sized;
import tenancy.TenantContext;

/** The draft of one profile: at most one at a time, each save in the journal. */
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock", snapshotTriggerDefinition = "snapshotEvery")
@NullUnmarked
class PolicyDraft implements Sized {

    @AggregateIdentifier
    private String id;

    private long revision;
    private @Nullable DraftView kept;

    PolicyDraft() {}

    PolicyDraft(DraftId draft, PolicyDocument document, @Nullable Long fromVersion) {
        id = draft.toString();
        apply(new PolicyDraftSaved(draft.of().profile(), 1, document, fromVersion));
    }

    @Override
    public long bytes() {
        return kept == null ? 0 : kept.document().bytes();
    }

    /** The draft was saved by somebody else in between. */
    static final class DraftChanged extends Refusal {
        DraftChanged(String profile, long expected, long kept) {
            super(
                    Kind.PRECONDITION_FAILED,
                    "draft_changed",
                    "The draft of %s is at revision %d, not %d: read it again and repeat the change."
                            .formatted(profile, kept, expected));
        }
    }

    /** @param inForce the version in force; absent if there is none */
    void save(
            String profile,
            PolicyDocument document,
            @Nullable Long fromVersion,
            @Nullable Long inForce,
            @Nullable Long expectedRevision) {
        if (expectedRevision != null && expectedRevision != revision) {
            throw new DraftChanged(profile, expectedRevision, revision);
        }
        Long from = fromVersion != null ? fromVersion : kept != null ? kept.fromVersion() : inForce;
        apply(new PolicyDraftSaved(profile, revision + 1, document, from));
    }

    /** @param published the version it became; null if it was thrown away */
    void close(@Nullable Long published) {
        if (kept != null) {
            apply(new PolicyDraftClosed(kept.profile(), revision, published));
        }
    }

    Optional<DraftView> kept() {
        return Optional.ofNullable(kept);
    }

    @EventSourcingHandler
    void on(
            PolicyDraftSaved saved,
            @SourceId String draft,
            @Timestamp Instant at,
            @MetaDataValue(TenantContext.PRINCIPAL) @Nullable String by) {
        id = draft;
        revision = saved.revision();
        kept = new DraftView(saved.profile(), saved.revision(), saved.document(), saved.fromVersion(), at, by);
    }

    @EventSourcingHandler
    void on(PolicyDraftClosed closed) {
        kept = null;
    }
}
