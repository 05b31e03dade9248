package policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import policy.KnownOperations.KnownOperation;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Rule;
import tenancy.Effect;
import tenancy.TenantId;

class DiffTest {

    private static final List<KnownOperation> KNOWN = List.of(
            new KnownOperation("zendesk", "ticket.read", Effect.READ, false, "zendesk.test"),
            new KnownOperation("zendesk", "ticket.update", Effect.WRITE, true, "zendesk.test"));

    @Test
    void two_documents_that_say_the_same_in_other_words_decide_nothing_differently() {
        Diff.Difference found = diff(
                document(rule("all", "allow", "ticket.*")),
                document(rule("read", "allow", "ticket.read"), rule("write", "allow", "ticket.update")));

        assertThat(found.rules())
                .extracting(rule -> rule.change() + " " + rule.id())
                .containsExactly("added read", "added write", "removed all");
        assertThat(found.decisions()).isEmpty();
        assertThat(found.compared()).isPositive();
        assertThat(found.complete()).isTrue();
    }

    @Test
    void a_deny_more_shows_what_it_takes_away_and_by_which_rule() {
        Diff.Difference found = diff(
                document(rule("all", "allow", "ticket.*")),
                document(rule("all", "allow", "ticket.*"), rule("no-updates", "deny", "ticket.update")));

        assertThat(found.decisions()).allSatisfy(decision -> {
            assertThat(decision.operation()).isEqualTo("ticket.update");
            assertThat(decision.from()).isEqualTo(new Diff.Said("allowed", "all"));
            assertThat(decision.to()).isEqualTo(new Diff.Said("denied", "no-updates"));
        });
        assertThat(found.decisions()).isNotEmpty();
        assertThat(found.sections()).isEmpty();
    }

    @Test
    void an_agent_class_that_one_of_them_names_is_told_from_the_others() {
        Rule forSales = new Rule(
                "sales",
                "allow",
                List.of("ticket.read"),
                null,
                List.of("sales"),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);

        Diff.Difference found = diff(document(), document(forSales));

        assertThat(found.decisions()).extracting(Diff.Decision::agentClass).containsOnly("sales");
    }

    @Test
    void a_data_class_that_may_leave_no_longer_is_shown() {
        var before = new PolicyDocument(
                document(rule("all", "allow", "ticket.read")).rules(),
                new Destinations(List.of("*"), null, null, null),
                List.of("internal", "health"),
                null,
                null,
                null);
        var after = new PolicyDocument(before.rules(), before.destinations(), List.of("internal"), null, null, null);

        Diff.Difference found = diff(before, after);

        assertThat(found.sections()).containsExactly("data_classes");
        assertThat(found.decisions()).extracting(Diff.Decision::dataClass).containsOnly("health");
    }

    @Test
    void large_documents_are_compared_in_bounded_space() {
        List<Rule> rules = IntStream.range(0, 5_000)
                .mapToObj(i -> rule("r" + i, "allow", "op" + i + ".read"))
                .toList();

        Diff.Difference found = diff(
                document(),
                new PolicyDocument(rules, new Destinations(List.of("*"), null, null, null), null, null, null, null));

        assertThat(found.decisions()).hasSize(200);
        assertThat(found.complete()).isFalse();
    }

    @Test
    void rules_that_multiply_are_compared_as_far_as_is_told() {
        Rule[] rules = IntStream.range(0, 5_000)
                .mapToObj(i -> new Rule(
                        "r" + i,
                        "deny",
                        List.of("ticket.o" + i),
                        null,
                        List.of("class" + i),
                        List.of("zone" + i),
                        List.of("ws" + i),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null))
                .toArray(Rule[]::new);

        Diff.Difference found = assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> diff(document(rules), document(rule("all", "allow", "*"))));

        assertThat(found.complete()).isFalse();
        assertThat(found.decisions()).isNotEmpty();
        assertThat(found.rules()).hasSize(5_001);
    }

    private static Diff.Difference diff(PolicyDocument from, PolicyDocument to) {
        return Diff.of(new TenantId("tenant_acme"), "support", side(from, 1), side(to, 2), KNOWN);
    }

    private static Diff.Side side(PolicyDocument document, long version) {
        return new Diff.Side(document, CompiledPolicy.of("support", version, document)::decide);
    }

    private static PolicyDocument document(Rule... rules) {
        return new PolicyDocument(
                List.of(rules), new Destinations(List.of("*"), null, null, null), null, null, null, null);
    }

    private static Rule rule(String id, String effect, String operations) {
        return new Rule(id, effect, List.of(operations), null, null, null, null, null, null, null, null, null, null);
    }
}
