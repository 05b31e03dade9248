package policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Rule;
import policy.Verdict.Allowed;
import policy.Verdict.Denied;
import policy.Verdict.Reason;
import tenancy.Effect;

class CompiledPolicyTest {

    private static final Destinations ZENDESK =
            new Destinations(List.of("*.zendesk.test", "crm.test"), List.of("evil.zendesk.test"), null, null);

    @Test
    void allows_what_a_rule_allows_and_names_it() {
        var policy = policy(allow("tickets", "ticket.*"));

        assertThat(policy.decide(Envelopes.of("ticket.update")))
                .isEqualTo(new Allowed(
                        7, List.of(new Reason("tickets", Layer.PROFILE, 7, "Rule tickets allows ticket.*."))));
    }

    @Test
    void an_empty_document_denies_everything() {
        var policy = CompiledPolicy.of(
                "p", 7, new PolicyDocument(List.of(), Destinations.NONE, List.of(), List.of(), null, null));

        assertThat(rules(policy.decide(Envelopes.of("ticket.update"))))
                .containsExactly("default_deny", "destinations.allow", "data_classes");
    }

    @Test
    void deny_wins_wherever_it_stands_and_all_that_deny_are_named() {
        var policy = policy(
                allow("tickets", "ticket.*"), deny("no_delete", "ticket.delete"), deny("no_tickets", "ticket.*"));

        Verdict verdict = policy.decide(Envelopes.of("ticket.delete"));

        assertThat(rules(verdict)).containsExactly("no_delete", "no_tickets");
        assertThat(((Denied) verdict).remedy())
                .isEqualTo("In profile p: change rule no_delete; change rule no_tickets.");
    }

    @Test
    void a_pattern_below_a_name_matches_all_depths_but_not_the_name() {
        var policy = policy(allow("crm", "crm.*"));

        assertThat(policy.decide(Envelopes.of("crm.contact.update"))).isInstanceOf(Allowed.class);
        assertThat(policy.decide(Envelopes.of("crm"))).isInstanceOf(Denied.class);
        assertThat(policy.decide(Envelopes.of("crmx.update"))).isInstanceOf(Denied.class);
    }

    @Test
    void selectors_all_have_to_match() {
        var policy = policy(new Rule(
                "reads",
                "allow",
                List.of("*"),
                List.of("read"),
                List.of("support"),
                List.of("internal"),
                null,
                null,
                null,
                null,
                null,
                null,
                null));

        assertThat(policy.decide(read("support", "internal"))).isInstanceOf(Allowed.class);
        assertThat(policy.decide(read("sales", "internal"))).isInstanceOf(Denied.class);
        assertThat(policy.decide(read("support", "untrusted"))).isInstanceOf(Denied.class);
        assertThat(policy.decide(Envelopes.of("ticket.read"))).isInstanceOf(Denied.class);
    }

    @Test
    void a_destination_must_be_allowed_and_not_blocked() {
        var policy = policy(allow("all", "*"));

        assertThat(rules(policy.decide(to("crm.test")))).containsExactly("all");
        assertThat(rules(policy.decide(to("a.b.zendesk.test")))).containsExactly("all");
        assertThat(rules(policy.decide(to("zendesk.test")))).containsExactly("destinations.allow");
        assertThat(rules(policy.decide(to("notzendesk.test")))).containsExactly("destinations.allow");
        assertThat(rules(policy.decide(to("evil.zendesk.test")))).containsExactly("destinations.deny");
        assertThat(rules(policy.decide(to("evil.zendesk.test.")))).containsExactly("destinations.deny");
    }

    @Test
    void every_data_class_must_be_named() {
        var policy = policy(allow("all", "*"));

        var leak = Envelopes.of(
                "mail.send", Effect.WRITE, "support", "internal", "crm.test", List.of("internal", "pii"), null);

        assertThat(policy.decide(leak)).isInstanceOfSatisfying(Denied.class, denied -> {
            assertThat(denied.reasons())
                    .containsExactly(new Reason("data_classes", Layer.PROFILE, 7, "Data of class pii may not leave."));
            assertThat(denied.remedy())
                    .isEqualTo("In profile p: add pii to data_classes, or send the action without it.");
        });
    }

    @Test
    void a_model_must_be_named_where_one_is_called() {
        var policy = policy(allow("all", "*"));

        assertThat(policy.decide(model("small-1"))).isInstanceOf(Allowed.class);
        assertThat(policy.decide(model("exact"))).isInstanceOf(Allowed.class);
        assertThat(rules(policy.decide(model("exact-2")))).containsExactly("models");
    }

    private static CompiledPolicy policy(Rule... rules) {
        return CompiledPolicy.of(
                "p",
                7,
                new PolicyDocument(
                        List.of(rules), ZENDESK, List.of("internal"), List.of("small-*", "exact"), null, null));
    }

    private static Rule allow(String id, String... operations) {
        return new Rule(id, "allow", List.of(operations), null, null, null, null, null, null, null, null, null, null);
    }

    private static Rule deny(String id, String... operations) {
        return new Rule(id, "deny", List.of(operations), null, null, null, null, null, null, null, null, null, null);
    }

    private static tenancy.ActionEnvelope read(String agentClass, String zone) {
        return Envelopes.of("ticket.read", Effect.READ, agentClass, zone, "crm.test", List.of(), null);
    }

    private static tenancy.ActionEnvelope to(String host) {
        return Envelopes.of("ticket.read", Effect.READ, "support", "internal", host, List.of(), null);
    }

    private static tenancy.ActionEnvelope model(String model) {
        return Envelopes.of("model.call", Effect.READ, "support", "internal", "crm.test", List.of(), model);
    }

    private static List<String> rules(Verdict verdict) {
        return verdict.reasons().stream().map(Reason::rule).toList();
    }
}
