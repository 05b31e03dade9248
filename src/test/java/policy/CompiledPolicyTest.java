package policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import policy.PolicyDocument.Approvers;
import policy.PolicyDocument.Choice;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Question;
import policy.PolicyDocument.Rule;
import policy.Verdict.Allowed;
import policy.Verdict.Approval;
import policy.Verdict.Check;
import policy.Verdict.Denied;
import policy.Verdict.NeedsApproval;
import policy.Verdict.NeedsCheck;
import policy.Verdict.Reason;
import tenancy.ActionEnvelope;
import tenancy.Effect;

class CompiledPolicyTest {

    private static final Destinations ZENDESK = new Destinations(
            List.of("*.zendesk.test", "crm.test"),
            List.of("evil.zendesk.test"),
            null,
            new Choice(List.of("acme.test", "*.partner.test"), List.of("evil.partner.test")));

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

    @Test
    void networks_match_literal_addresses_and_no_names() {
        var open = reaching("10.0.0.0/8", "2001:db8::/32");

        assertThat(rules(open.decide(to("10.255.0.1")))).containsExactly("all");
        assertThat(rules(open.decide(to("[2001:db8:1::7]")))).containsExactly("all");
        assertThat(rules(open.decide(to("::ffff:10.0.0.1")))).containsExactly("all");
        for (String other : List.of("11.0.0.1", "[2001:db9::1]", "10.example.com", "abc.test", "fe80::1%eth0", "")) {
            assertThat(rules(open.decide(to(other)))).containsExactly("destinations.allow");
        }
    }

    @Test
    void every_recipient_domain_must_be_allowed_and_none_blocked() {
        var policy = policy(allow("all", "*"));

        assertThat(rules(policy.decide(mail("acme.test")))).containsExactly("all");
        assertThat(rules(policy.decide(mail("acme.test", "x.partner.test")))).containsExactly("all");
        assertThat(rules(policy.decide(mail("acme.test", "web.test"))))
                .containsExactly("destinations.recipients.allow");
        assertThat(rules(policy.decide(mail("acme.test", "evil.partner.test"))))
                .containsExactly("destinations.recipients.deny");
    }

    @Test
    void a_model_call_may_ask_for_as_many_tokens_as_the_least_bound_says() {
        var policy = policy(allow("all", "*"));

        assertThat(policy.decide(tokens("small-1", 1_000))).isInstanceOf(Allowed.class);
        assertThat(policy.decide(tokens("small-1", 1_001))).isInstanceOfSatisfying(Denied.class, denied -> {
            assertThat(denied.reasons())
                    .containsExactly(new Reason(
                            "model_tokens",
                            Layer.PROFILE,
                            7,
                            "Model small-1 may be called with at most 1000 tokens, and not with 1001."));
            assertThat(denied.remedy())
                    .isEqualTo("In profile p: raise model_tokens for small-1, or ask for fewer tokens.");
        });
    }

    @Test
    void a_condition_that_cannot_be_told_allows_nothing() {
        var policy = policy(when("small", "allow", "arguments.amount < 100"));

        assertThat(policy.decide(arguments("{\"amount\":5}"))).isInstanceOf(Allowed.class);
        assertThat(policy.decide(arguments("{\"amount\":500}")).reasons())
                .first()
                .extracting(Reason::words)
                .asString()
                .endsWith("Rule small would, but 'arguments.amount < 100' is not true.");
        assertThat(policy.decide(arguments("{}")).reasons())
                .first()
                .extracting(Reason::words)
                .asString()
                .endsWith(
                        "Rule small would, but 'arguments.amount < 100' cannot be told: a field it reads is missing.");
    }

    @Test
    void a_condition_that_cannot_be_told_takes_away_and_says_so() {
        var policy = policy(allow("all", "*"), when("large", "deny", "arguments.amount > 100"));

        assertThat(policy.decide(arguments("{\"amount\":5}"))).isInstanceOf(Allowed.class);
        assertThat(policy.decide(arguments("{}")).reasons())
                .containsExactly(new Reason(
                        "large",
                        Layer.PROFILE,
                        7,
                        "Rule large denies *. It applies because 'arguments.amount > 100' cannot be told: "
                                + "a field it reads is missing."));
    }

    @Test
    void all_that_has_to_happen_first_is_asked_for_at_once() {
        var policy = policy(approval("two", 2, null), allow("all", "*"), check("clean"), approval("one", 1, "PT1H"));

        assertThat(policy.decide(Envelopes.of("mail.send"))).isInstanceOfSatisfying(NeedsCheck.class, needed -> {
            assertThat(rules(needed)).containsExactly("clean", "two", "one", "all");
            assertThat(needed.checks())
                    .containsExactly(new Check(
                            "clean", "guard", "classify", Map.of(), Map.of("text", "arguments.text"), "result.clean"));
            assertThat(needed.approvals())
                    .containsExactly(
                            new Approval("two", List.of("approver"), 2, Duration.ofHours(24)),
                            new Approval("one", List.of("approver"), 1, Duration.ofHours(1)));
        });
        assertThat(policy(allow("all", "*"), approval("two", 2, null)).decide(Envelopes.of("mail.send")))
                .isInstanceOf(NeedsApproval.class);
    }

    @Test
    void a_layer_takes_away_and_says_whose_it_is() {
        var profile = policy(allow("all", "*"));
        var posture = CompiledPolicy.of("layer:posture", 3, takingAway(deny("no_mail", "mail.*")));
        var tenant = CompiledPolicy.of("layer:tenant", 2, takingAway(approval("two", 2, null)));

        assertThat(profile.decide(Envelopes.of("mail.send"), List.of(posture, tenant)))
                .isEqualTo(new Denied(
                        7,
                        List.of(new Reason("no_mail", Layer.POSTURE, 3, "Rule no_mail denies mail.*.")),
                        "In layer:posture (held by the operator): change rule no_mail."));
        assertThat(profile.decide(Envelopes.of("crm.read"), List.of(posture, tenant)))
                .isInstanceOfSatisfying(
                        NeedsApproval.class,
                        needed -> assertThat(needed.reasons())
                                .extracting(reason -> reason.layer() + " " + reason.version() + " " + reason.rule())
                                .containsExactly("TENANT 2 two", "PROFILE 7 all"));
    }

    @Test
    void a_layer_is_silent_about_what_it_leaves_out_and_no_rule_of_it_allows() {
        var layer = CompiledPolicy.of(
                "layer:tenant", 1, new PolicyDocument(List.of(allow("all", "*")), null, null, null, null, null));

        assertThat(policy(allow("all", "*")).decide(model("exact"), List.of(layer)))
                .isInstanceOf(Allowed.class);
        assertThat(policy().decide(Envelopes.of("ticket.read"), List.of(layer))).isInstanceOf(Denied.class);
    }

    @Test
    void what_is_tried_out_is_shown_and_changes_nothing() {
        var inForce = policy(allow("all", "*"));
        var tried = CompiledPolicy.of("p", 8, takingAway(deny("no_mail", "mail.*")));
        var layer = CompiledPolicy.of("layer:tenant", 1, takingAway(deny("no_crm", "crm.*")));

        Verdict verdict =
                new Documents(List.of(InForce.NOTHING), new InForce(inForce, tried)).decide(Envelopes.of("mail.send"));
        Verdict ofLayer = new Documents(List.of(new InForce(null, layer)), new InForce(inForce, null))
                .decide(Envelopes.of("crm.read"));

        assertThat(verdict).isInstanceOf(Allowed.class);
        assertThat(Objects.requireNonNull(verdict.shadow()).version()).isEqualTo(8);
        assertThat(Objects.requireNonNull(verdict.shadow()).verdict()).isEqualTo("denied");
        assertThat(ofLayer).isInstanceOf(Allowed.class);
        assertThat(Objects.requireNonNull(ofLayer.shadow()).reasons())
                .extracting(Reason::rule)
                .containsExactly("no_crm");
    }

    private static PolicyDocument takingAway(Rule... rules) {
        return new PolicyDocument(List.of(rules), null, null, null, null, null);
    }

    private static CompiledPolicy reaching(String... hosts) {
        return CompiledPolicy.of(
                "p",
                7,
                new PolicyDocument(
                        List.of(allow("all", "*")),
                        new Destinations(List.of(hosts), null, null, null),
                        List.of(),
                        null,
                        null,
                        null));
    }

    private static CompiledPolicy policy(Rule... rules) {
        return CompiledPolicy.of(
                "p",
                7,
                new PolicyDocument(
                        List.of(rules),
                        ZENDESK,
                        List.of("internal"),
                        List.of("small-*", "exact"),
                        Map.of("*", 5_000L, "small-*", 1_000L),
                        null));
    }

    private static Rule allow(String id, String... operations) {
        return new Rule(id, "allow", List.of(operations), null, null, null, null, null, null, null, null, null, null);
    }

    private static Rule deny(String id, String... operations) {
        return new Rule(id, "deny", List.of(operations), null, null, null, null, null, null, null, null, null, null);
    }

    private static ActionEnvelope read(String agentClass, String zone) {
        return Envelopes.of("ticket.read", Effect.READ, agentClass, zone, "crm.test", List.of(), null);
    }

    private static ActionEnvelope to(String host) {
        return Envelopes.of("ticket.read", Effect.READ, "support", "internal", host, List.of(), null);
    }

    private static ActionEnvelope model(String model) {
        return Envelopes.of("model.call", Effect.READ, "support", "internal", "crm.test", List.of(), model);
    }

    private static Rule when(String id, String effect, String condition) {
        return new Rule(id, effect, List.of("*"), null, null, null, null, null, condition, null, null, null, null);
    }

    private static Rule approval(String id, int count, @Nullable String validFor) {
        var approvers = new Approvers(List.of("approver"), count, validFor);
        return new Rule(
                id, "require_approval", List.of("*"), null, null, null, null, null, null, approvers, null, null, null);
    }

    private static Rule check(String id) {
        var question = new Question("guard", "classify", null, Map.of("text", "arguments.text"), "result.clean");
        return new Rule(
                id, "require_check", List.of("*"), null, null, null, null, null, null, null, question, null, null);
    }

    private static ActionEnvelope mail(String... recipients) {
        return Envelopes.with("mail.send", "crm.test", "{}", null, 0, List.of(recipients));
    }

    private static ActionEnvelope arguments(String arguments) {
        return Envelopes.with("pay.out", "crm.test", arguments, null, 0, List.of());
    }

    private static ActionEnvelope tokens(String model, long tokens) {
        return Envelopes.with("model.call", "crm.test", "{}", model, tokens, List.of());
    }

    private static List<String> rules(Verdict verdict) {
        return verdict.reasons().stream().map(Reason::rule).toList();
    }
}
