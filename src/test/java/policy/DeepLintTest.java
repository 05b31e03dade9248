package policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import policy.KnownOperations.KnownOperation;
import policy.PolicyDocument.Approvers;
import policy.PolicyDocument.Choice;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Rule;
import tenancy.Effect;

class DeepLintTest {

    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final List<KnownOperation> KNOWN = List.of(
            new KnownOperation("zendesk", "ticket.read", Effect.READ, false, "zendesk.test"),
            new KnownOperation("zendesk", "ticket.update", Effect.WRITE, true, "zendesk.test"),
            new KnownOperation("mail", "mail.send", Effect.HIGH_RISK, false, "mail.test"));

    @Test
    void a_sound_document_has_no_findings() {
        assertThat(found(document(rule("tickets", "allow", "ticket.*"), rule("no-mail", "deny", "mail.send"))))
                .isEmpty();
    }

    @Test
    void an_allow_below_a_broader_deny_is_unreachable_wherever_it_stands() {
        assertThat(found(document(rule("one", "allow", "ticket.read"), rule("none", "deny", "ticket.*"))))
                .containsExactly("/document/rules/0 unreachable");
        assertThat(found(document(rule("none", "deny", "*"), rule("one", "allow", "ticket.read"))))
                .containsExactly("/document/rules/1 unreachable");
    }

    @Test
    void a_deny_with_a_condition_or_a_narrower_selector_leaves_something() {
        Rule conditioned =
                new Rule("some", "deny", List.of("*"), null, null, null, null, null, "true", null, null, null, null);
        Rule writes = new Rule(
                "writes", "deny", List.of("*"), List.of("write"), null, null, null, null, null, null, null, null, null);

        assertThat(found(document(rule("one", "allow", "ticket.*"), conditioned, writes)))
                .isEmpty();
    }

    @Test
    void an_allow_and_a_deny_over_the_same_are_a_conflict() {
        assertThat(found(document(rule("yes", "allow", "ticket.*"), rule("no", "deny", "ticket.*"))))
                .containsExactly("/document/rules/0 conflict");
    }

    @Test
    void of_two_rules_that_say_the_same_the_later_is_redundant() {
        assertThat(found(document(rule("a", "allow", "ticket.*"), rule("b", "allow", "ticket.*"))))
                .containsExactly("/document/rules/1 redundant");
        assertThat(found(document(rule("a", "allow", "ticket.read"), rule("b", "allow", "ticket.*"))))
                .containsExactly("/document/rules/0 redundant");
    }

    @Test
    void a_selector_that_no_connector_describes_matches_nothing() {
        assertThat(found(document(rule("crm", "allow", "crm.*"))))
                .containsExactly("/document/rules/0/operations/0 matches_nothing");
        assertThat(DeepLint.findings(document(rule("crm", "allow", "crm.*")), List.of(), Map.of(), NOW))
                .isEmpty();
    }

    @Test
    void a_change_without_a_place_for_its_key_is_pointed_at() {
        assertThat(found(document(rule("mail", "allow", "mail.*"))))
                .containsExactly("/document/rules/0 no_idempotency_location");
    }

    @Test
    void an_allow_whose_hosts_are_not_reachable_is_never_applicable() {
        var document = new PolicyDocument(
                List.of(rule("tickets", "allow", "ticket.*")),
                new Destinations(List.of("*.example.com"), List.of(), null, null),
                null,
                null,
                null,
                null);
        assertThat(found(document)).containsExactly("/document/rules/0 never_applicable");
    }

    @Test
    void an_allow_of_systems_that_are_denied_is_never_applicable() {
        Rule mail = new Rule(
                "tickets",
                "allow",
                List.of("ticket.*"),
                null,
                null,
                null,
                null,
                List.of("zendesk"),
                null,
                null,
                null,
                null,
                null);
        var document = new PolicyDocument(
                List.of(mail),
                new Destinations(List.of("*"), List.of(), new Choice(null, List.of("zendesk")), null),
                null,
                null,
                null,
                null);
        assertThat(found(document)).containsExactly("/document/rules/0 never_applicable");
    }

    @Test
    void an_approval_that_nobody_or_too_few_can_grant_is_pointed_at() {
        assertThat(found(document(asking(1, "approver"))))
                .containsExactly("/document/rules/0/approval/roles/0 nobody_can_grant");
        assertThat(found(document(asking(3, "tenant_admin"))))
                .containsExactly("/document/rules/0/approval/count too_few_approvers");
        assertThat(found(document(asking(2, "tenant_admin")))).isEmpty();
        assertThat(found(document(asking(9, "operator")))).isEmpty();
    }

    @Test
    void a_rule_whose_end_has_come_is_pointed_at() {
        Rule ended =
                new Rule("x", "allow", List.of("ticket.*"), null, null, null, null, null, null, null, null, NOW, null);
        assertThat(found(document(ended))).containsExactly("/document/rules/0/expires_at expired");
    }

    @Test
    void ten_thousand_rules_are_read_in_bounded_time() {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            rules.add(rule("r" + i, "deny", "*"));
        }
        long began = System.nanoTime();
        List<Finding> findings =
                DeepLint.findings(new PolicyDocument(rules, null, null, null, null, null), KNOWN, Map.of(), NOW);
        assertThat(System.nanoTime() - began).isLessThan(10_000_000_000L);
        assertThat(findings).hasSize(200);
    }

    private static List<String> found(PolicyDocument document) {
        return DeepLint.findings(document, KNOWN, Map.of("tenant_admin", 2L), NOW).stream()
                .map(finding -> finding.pointer() + " " + finding.rule())
                .toList();
    }

    private static PolicyDocument document(Rule... rules) {
        return new PolicyDocument(
                List.of(rules), new Destinations(List.of("*"), null, null, null), null, null, null, null);
    }

    private static Rule rule(String id, String effect, String operations) {
        return new Rule(id, effect, List.of(operations), null, null, null, null, null, null, null, null, null, null);
    }

    private static Rule asking(int count, String role) {
        return new Rule(
                "ask",
                "require_approval",
                List.of("ticket.update"),
                null,
                null,
                null,
                null,
                null,
                null,
                new Approvers(List.of(role), count, null),
                null,
                null,
                null);
    }
}
