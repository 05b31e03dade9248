package policy;

import java.util.List;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import policy.PolicyCommand.DiscardDraft;
import policy.PolicyCommand.PublishDraft;
import policy.PolicyCommand.SaveDraft;
import policy.PolicyEvent.PolicyDraftClosed;
import policy.PolicyEvent.PolicyDraftSaved;
import tenancy.NotFound;
import tenancy.TenantId;

class PolicyDraftTest {

    private static final ProfileId PROFILE = new ProfileId(new TenantId("tenant_acme"), "regulated_support");
    private static final DraftId DRAFT = new DraftId(PROFILE);
    private static final PolicyDocument EMPTY = new PolicyDocument(List.of(), null, null, null, null, null);
    private static final PolicyDocument NEXT =
            new PolicyDocument(List.of(), null, List.of("internal"), null, null, null);

    private final AggregateTestFixture<PolicyDraft> draft = new AggregateTestFixture<>(PolicyDraft.class);

    @BeforeEach
    void publishing() {
        draft.registerAnnotatedCommandHandler(new Publishing(
                new Books(
                        EventSourcingRepository.builder(PolicyBook.class)
                                .eventStore(EmbeddedEventStore.builder()
                                        .storageEngine(new InMemoryEventStorageEngine())
                                        .build())
                                .build(),
                        new KnownBooks()),
                new Guardrails(),
                draft.getRepository(),
                workspace -> {}));
    }

    @Test
    void remembers_the_version_that_it_was_first_made_from() {
        draft.given(new PolicyDraftSaved("regulated_support", 1, EMPTY, 4L))
                .when(new SaveDraft(DRAFT, NEXT, null, 1L))
                .expectEvents(new PolicyDraftSaved("regulated_support", 2, NEXT, 4L));
    }

    @Test
    void is_not_replaced_by_who_saw_an_older_one() {
        draft.given(
                        new PolicyDraftSaved("regulated_support", 1, EMPTY, null),
                        new PolicyDraftSaved("regulated_support", 2, NEXT, null))
                .when(new SaveDraft(DRAFT, EMPTY, null, 1L))
                .expectNoEvents()
                .expectException(PolicyDraft.DraftChanged.class);
    }

    @Test
    void is_thrown_away_once() {
        draft.given(new PolicyDraftSaved("regulated_support", 1, EMPTY, null))
                .when(new DiscardDraft(DRAFT))
                .expectEvents(new PolicyDraftClosed("regulated_support", 1, null));
        draft.given(
                        new PolicyDraftSaved("regulated_support", 1, EMPTY, null),
                        new PolicyDraftClosed("regulated_support", 1, null))
                .when(new DiscardDraft(DRAFT))
                .expectNoEvents();
    }

    @Test
    void that_is_closed_is_not_published() {
        draft.given(
                        new PolicyDraftSaved("regulated_support", 1, EMPTY, null),
                        new PolicyDraftClosed("regulated_support", 1, 1L))
                .when(new PublishDraft(DRAFT, null, "", Mode.ENFORCED))
                .expectNoEvents()
                .expectException(NotFound.class);
    }
}
