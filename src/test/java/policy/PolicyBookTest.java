package policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import policy.PolicyCommand.DropShadow;
import policy.PolicyCommand.EnforceShadow;
import policy.PolicyCommand.ExpireRules;
import policy.PolicyCommand.PublishPolicy;
import policy.PolicyCommand.ReadPolicy;
import policy.PolicyCommand.RestorePolicy;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Rule;
import policy.PolicyEvent.PolicyPublished;
import policy.PolicyEvent.PolicyRulesExpired;
import policy.PolicyEvent.PolicyShadowDropped;
import tenancy.TenantId;

class PolicyBookTest {

    private static final ProfileId PROFILE = new ProfileId(new TenantId("tenant_acme"), "regulated_support");
    private static final PolicyDocument OLD = document("drafts");
    private static final PolicyDocument NEW = document("drafts_and_tickets");

    private final AggregateTestFixture<PolicyBook> book = new AggregateTestFixture<>(PolicyBook.class);

    @BeforeEach
    void policies() {
        book.registerAnnotatedCommandHandler(new Publishing(
                new Books(book.getRepository(), new KnownBooks()),
                new Guardrails(),
                EventSourcingRepository.builder(PolicyDraft.class)
                        .eventStore(book.getEventStore())
                        .build(),
                workspace -> {}));
    }

    @Test
    void begins_with_version_1() {
        book.givenNoPriorActivity()
                .when(new PublishPolicy(PROFILE, OLD, null, "first", Mode.ENFORCED))
                .expectEvents(published(1, OLD, "first", null))
                .expectResultMessagePayloadMatching(org.hamcrest.CoreMatchers.instanceOf(PublishedPolicy.class));
    }

    @Test
    void is_replaced_by_who_saw_the_version_in_force() {
        book.given(published(1, OLD, "", null))
                .when(new PublishPolicy(PROFILE, NEW, 1L, "tickets too", Mode.ENFORCED))
                .expectEvents(published(2, NEW, "tickets too", 1L));
    }

    @Test
    void is_not_replaced_by_who_saw_an_older_version() {
        book.given(published(1, OLD, "", null), published(2, NEW, "", 1L))
                .when(new PublishPolicy(PROFILE, OLD, 1L, "", Mode.ENFORCED))
                .expectNoEvents()
                .expectException(VersionMismatch.class);
    }

    @Test
    void is_not_replaced_by_who_saw_nothing() {
        book.given(published(1, OLD, "", null))
                .when(new PublishPolicy(PROFILE, NEW, null, "", Mode.ENFORCED))
                .expectNoEvents()
                .expectException(VersionRequired.class);
    }

    @Test
    void does_not_begin_for_who_saw_something() {
        book.givenNoPriorActivity()
                .when(new PublishPolicy(PROFILE, NEW, 3L, "", Mode.ENFORCED))
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
                .when(new PublishPolicy(PROFILE, twice, null, "", Mode.ENFORCED))
                .expectNoEvents()
                .expectException(InvalidPolicy.class);
    }

    @Test
    void is_read_as_it_is_in_force() {
        book.givenCurrentTime(Instant.parse("2026-04-26T18:42:00Z"))
                .andGiven(published(1, OLD, "why", null))
                .when(new ReadPolicy(PROFILE))
                .expectNoEvents()
                .expectResultMessagePayload(Optional.of(new PublishedPolicy(
                        "regulated_support",
                        1,
                        OLD,
                        "why",
                        Instant.parse("2026-04-26T18:42:00Z"),
                        null,
                        null,
                        Mode.ENFORCED)));
    }

    @Test
    void a_profile_that_nobody_published_is_read_as_absent() {
        book.givenNoPriorActivity().when(new ReadPolicy(PROFILE)).expectResultMessagePayload(Optional.empty());
    }

    @Test
    void compiles_a_new_version_when_it_comes_into_force() {
        var state = new PolicyBook();
        state.on(published(1, document("drafts"), "", null), PROFILE.toString(), Instant.EPOCH, null);
        assertThat(decided(state)).isInstanceOf(Verdict.Denied.class);

        state.on(published(2, document("ticket"), "", 1L), PROFILE.toString(), Instant.EPOCH, null);

        assertThat(decided(state)).isInstanceOf(Verdict.Allowed.class);
        assertThat(decided(state).version()).isEqualTo(2);
    }

    @Test
    void goes_on_deciding_by_the_version_in_force_while_another_is_in_shadow() {
        var state = new PolicyBook();
        state.on(published(1, document("drafts"), "", null), PROFILE.toString(), Instant.EPOCH, null);
        state.on(shadowed(2, document("ticket"), 1L), PROFILE.toString(), Instant.EPOCH, null);

        Verdict verdict = decided(state);

        assertThat(verdict).isInstanceOf(Verdict.Denied.class);
        assertThat(verdict.version()).isEqualTo(1);
        Verdict.Shadow tried = Objects.requireNonNull(verdict.shadow());
        assertThat(tried.version()).isEqualTo(2);
        assertThat(tried.verdict()).isEqualTo("allowed");
        assertThat(tried.reasons()).extracting(Verdict.Reason::rule).containsExactly("may_ticket");
    }

    @Test
    void is_as_large_as_the_documents_that_it_holds() {
        PolicyDocument large = OLD.with(IntStream.range(0, 500)
                .mapToObj(n -> rule("may_" + n, "drafts." + n))
                .toList());
        var held = new PolicyBook();
        held.on(published(1, OLD, "", null), PROFILE.toString(), Instant.EPOCH, null);
        long small = held.bytes();

        held.on(shadowed(2, large, 1L), PROFILE.toString(), Instant.EPOCH, null);
        assertThat(held.bytes()).isGreaterThan(100 * small);

        held.on(new PolicyShadowDropped("regulated_support", 2, ""));
        assertThat(held.bytes()).isEqualTo(small).isPositive();
    }

    @Test
    void publishes_the_shadow_as_a_version_of_its_own_when_it_is_enforced() {
        book.given(published(1, OLD, "", null), shadowed(2, NEW, 1L))
                .when(new EnforceShadow(PROFILE, "it held"))
                .expectEvents(published(3, NEW, "it held", 2L))
                .expectState(state -> {
                    assertThat(state.inForce().version()).isEqualTo(3);
                    assertThat(state.shadow()).isEmpty();
                });
    }

    @Test
    void keeps_the_shadow_beside_a_version_that_is_not_its_own() {
        book.given(published(1, OLD, "", null), shadowed(2, NEW, 1L))
                .when(new PublishPolicy(PROFILE, NEW, 1L, "", Mode.ENFORCED))
                .expectEvents(published(3, NEW, "", 1L))
                .expectState(state ->
                        assertThat(state.shadow()).map(PublishedPolicy::version).contains(2L));
    }

    @Test
    void never_uses_the_number_of_a_shadow_again() {
        book.given(
                        published(1, OLD, "", null),
                        shadowed(2, NEW, 1L),
                        new PolicyShadowDropped("regulated_support", 2, ""))
                .when(new PublishPolicy(PROFILE, NEW, 1L, "", Mode.ENFORCED))
                .expectEvents(published(3, NEW, "", 1L));
    }

    @Test
    void has_nothing_to_enforce_or_drop_without_a_shadow() {
        book.given(published(1, OLD, "", null))
                .when(new EnforceShadow(PROFILE, ""))
                .expectNoEvents()
                .expectException(NothingInShadow.class);
        book.given(published(1, OLD, "", null))
                .when(new DropShadow(PROFILE, ""))
                .expectNoEvents()
                .expectException(NothingInShadow.class);
    }

    @Test
    void is_restored_without_a_version_to_expect() {
        book.given(published(1, OLD, "", null), published(2, NEW, "", 1L))
                .when(new RestorePolicy(PROFILE, OLD, 1, null, "3 am"))
                .expectEvents(published(3, OLD, "3 am", 1L));
    }

    @Test
    void loses_the_rules_whose_end_has_come_and_no_others() {
        Instant noon = Instant.parse("2026-11-23T12:00:00Z");
        PolicyDocument before = rules(ending("ends_at_noon", noon), ending("ends_later", noon.plusSeconds(1)));
        PolicyDocument after = rules(ending("ends_later", noon.plusSeconds(1)));

        book.given(published(1, before, "", null))
                .when(new ExpireRules(PROFILE, noon))
                .expectEvents(new PolicyRulesExpired("regulated_support", 2, after, List.of("ends_at_noon"), 1))
                .expectState(state -> assertThat(state.inForce().comment()).isEqualTo("Expired: ends_at_noon."));
        book.given(published(1, before, "", null))
                .when(new ExpireRules(PROFILE, noon.minusMillis(1)))
                .expectNoEvents();
    }

    @Test
    void reads_what_was_journaled_before_there_were_modes_as_enforced() {
        assertThat(new PolicyPublished("regulated_support", 1, OLD, "", null, null).mode())
                .isEqualTo(Mode.ENFORCED);
    }

    private static Verdict decided(PolicyBook state) {
        return new Documents(List.of(), state.ready()).decide(Envelopes.of("ticket.update"));
    }

    private static PolicyPublished published(
            long version, PolicyDocument document, String comment, @Nullable Long from) {
        return new PolicyPublished("regulated_support", version, document, comment, from, Mode.ENFORCED);
    }

    private static PolicyPublished shadowed(long version, PolicyDocument document, @Nullable Long from) {
        return new PolicyPublished("regulated_support", version, document, "", from, Mode.SHADOW);
    }

    private static PolicyDocument rules(Rule... rules) {
        return new PolicyDocument(List.of(rules), Destinations.NONE, null, null, null, null);
    }

    private static Rule ending(String id, Instant end) {
        return new Rule(id, "allow", List.of("a"), null, null, null, null, null, null, null, null, end, null);
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
