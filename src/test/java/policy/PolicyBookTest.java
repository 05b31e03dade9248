package policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import policy.PolicyCommand.PublishPolicy;
import policy.PolicyCommand.ReadPolicy;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Rule;
import policy.PolicyEvent.PolicyPublished;
import tenancy.TenantId;
import tenancy.TenantTag;

class PolicyBookTest {

    private static final ProfileId PROFILE = new ProfileId(new TenantId("tenant_acme"), "regulated_support");
    private static final PolicyDocument OLD = document("drafts");
    private static final PolicyDocument NEW = document("drafts_and_tickets");

    private final AggregateTestFixture<PolicyBook> book = new AggregateTestFixture<>(PolicyBook.class);

    @BeforeEach
    void policies() {
        var known = new KnownBooks();
        book.registerAnnotatedCommandHandler(new StoredPolicies(
                new Books(book.getRepository(), known),
                known,
                new Guardrails(),
                new DecisionTimers(new SimpleMeterRegistry(), new TenantTag())));
    }

    @Test
    void begins_with_version_1() {
        book.givenNoPriorActivity()
                .when(new PublishPolicy(PROFILE, OLD, null, "first"))
                .expectEvents(new PolicyPublished("regulated_support", 1, OLD, "first"))
                .expectResultMessagePayloadMatching(org.hamcrest.CoreMatchers.instanceOf(PublishedPolicy.class));
    }

    @Test
    void is_replaced_by_who_saw_the_version_in_force() {
        book.given(new PolicyPublished("regulated_support", 1, OLD, ""))
                .when(new PublishPolicy(PROFILE, NEW, 1L, "tickets too"))
                .expectEvents(new PolicyPublished("regulated_support", 2, NEW, "tickets too"));
    }

    @Test
    void is_not_replaced_by_who_saw_an_older_version() {
        book.given(
                        new PolicyPublished("regulated_support", 1, OLD, ""),
                        new PolicyPublished("regulated_support", 2, NEW, ""))
                .when(new PublishPolicy(PROFILE, OLD, 1L, ""))
                .expectNoEvents()
                .expectException(VersionMismatch.class);
    }

    @Test
    void is_not_replaced_by_who_saw_nothing() {
        book.given(new PolicyPublished("regulated_support", 1, OLD, ""))
                .when(new PublishPolicy(PROFILE, NEW, null, ""))
                .expectNoEvents()
                .expectException(VersionRequired.class);
    }

    @Test
    void does_not_begin_for_who_saw_something() {
        book.givenNoPriorActivity()
                .when(new PublishPolicy(PROFILE, NEW, 3L, ""))
                .expectNoEvents()
                .expectException(VersionMismatch.class);
    }

    @Test
    void refuses_a_document_with_findings() {
        var twice = new PolicyDocument(
                List.of(rule("same", "crm.*"), rule("same", "mail.*")),
                Destinations.NONE,
                List.of(),
                List.of(),
                null,
                null);

        book.givenNoPriorActivity()
                .when(new PublishPolicy(PROFILE, twice, null, ""))
                .expectNoEvents()
                .expectException(InvalidPolicy.class);
    }

    @Test
    void is_read_as_it_is_in_force() {
        book.givenCurrentTime(Instant.parse("2026-04-26T18:42:00Z"))
                .andGiven(new PolicyPublished("regulated_support", 1, OLD, "why"))
                .when(new ReadPolicy(PROFILE))
                .expectNoEvents()
                .expectResultMessagePayload(Optional.of(new PublishedPolicy(
                        "regulated_support", 1, OLD, "why", Instant.parse("2026-04-26T18:42:00Z"), null)));
    }

    @Test
    void a_profile_that_nobody_published_is_read_as_absent() {
        book.givenNoPriorActivity().when(new ReadPolicy(PROFILE)).expectResultMessagePayload(Optional.empty());
    }

    @Test
    void compiles_a_new_version_when_it_comes_into_force() {
        var state = new PolicyBook();
        state.on(new PolicyPublished("p", 1, document("drafts"), ""), PROFILE.toString(), Instant.EPOCH, null);
        assertThat(decide(state)).isInstanceOf(Verdict.Denied.class);

        state.on(new PolicyPublished("p", 2, document("ticket"), ""), PROFILE.toString(), Instant.EPOCH, null);

        assertThat(decide(state)).isInstanceOf(Verdict.Allowed.class);
        assertThat(decide(state).version()).isEqualTo(2);
    }

    private static Verdict decide(PolicyBook book) {
        return new Documents(List.of(), book.ready()).decide(Envelopes.of("ticket.update"));
    }

    private static PolicyDocument document(String about) {
        return new PolicyDocument(
                List.of(rule("may_" + about, about + ".*")),
                new Destinations(List.of("*"), List.of(), null, null),
                List.of("internal"),
                List.of(),
                null,
                null);
    }

    private static Rule rule(String id, String operations) {
        return new Rule(id, "allow", List.of(operations), null, null, null, null, null, null, null, null, null, null);
    }
}
