package policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import policy.PolicyDocument.Approvers;
import policy.PolicyDocument.Choice;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Question;
import policy.PolicyDocument.Records;
import policy.PolicyDocument.Rule;
import tenancy.InvalidField;
import tenancy.Role;
import tenancy.TenantId;

class LintTest {

    @Test
    void passes_a_document_that_uses_everything() {
        var document = new PolicyDocument(
                List.of(new Rule(
                        "all",
                        "allow",
                        List.of("*", "crm.*", "a.b.c.*", "ticket.update", "ping"),
                        List.of("read", "write", "high_risk"),
                        List.of("support"),
                        List.of("internal"),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        "Support may.")),
                new Destinations(
                        List.of("*", "*.example.com", "127.0.0.1", "localhost", "[::1]"), List.of("a.b"), null, null),
                List.of("internal"),
                List.of("*", "gpt-*", "org/model:1"),
                null,
                null);

        assertThatCode(() -> Lint.check(document)).doesNotThrowAnyException();
    }

    @Test
    void points_at_every_finding_at_once() {
        var document = new PolicyDocument(
                List.of(
                        rule("a", "allow", List.of("crm.*"), null),
                        rule("a", "permit", List.of("crm*", "*.x", ".*", "a..b"), List.of("delete")),
                        rule("", "deny", List.of(), List.of())),
                new Destinations(List.of("*zendesk.test", "UPPER.test", "a b"), List.of("https://x.test"), null, null),
                List.of("in\nternal"),
                List.of("a*b"),
                null,
                null);

        assertThat(findings(document))
                .containsExactly(
                        "/document/rules/1/id duplicate_rule",
                        "/document/rules/1/effect unknown_effect",
                        "/document/rules/1/operations/0 bad_operation_pattern",
                        "/document/rules/1/operations/1 bad_operation_pattern",
                        "/document/rules/1/operations/2 bad_operation_pattern",
                        "/document/rules/1/operations/3 bad_operation_pattern",
                        "/document/rules/1/effects/0 unknown_effect",
                        "/document/rules/2/id bad_name",
                        "/document/rules/2/operations empty",
                        "/document/rules/2/effects empty",
                        "/document/destinations/allow/0 bad_host_pattern",
                        "/document/destinations/allow/1 bad_host_pattern",
                        "/document/destinations/allow/2 bad_host_pattern",
                        "/document/destinations/deny/0 bad_host_pattern",
                        "/document/data_classes/0 bad_name",
                        "/document/models/0 bad_model_pattern");
    }

    @Test
    void bounds_the_number_of_rules_and_of_findings() {
        List<Rule> many = IntStream.rangeClosed(0, Lint.MOST_RULES)
                .mapToObj(i -> rule("r" + i, "allow", List.of("*"), null))
                .toList();
        List<Rule> bad = Collections.nCopies(200, rule("same", "allow", List.of("*"), null));

        assertThat(findings(with(many))).containsExactly("/document/rules too_many");
        assertThat(findings(with(bad))).hasSize(50);
    }

    @Test
    void passes_conditions_approvals_checks_and_networks() {
        assertThatCode(() -> Lint.check(whole(
                        "arguments.amount > 100",
                        new Approvers(List.of("approver", "tenant_admin", "operator"), 10, "P30D"),
                        new Question(
                                "guard",
                                "text.classify",
                                Map.of("record_id", "target.record_id"),
                                Map.of("text", "arguments.mail.text", "all", "arguments", "kind", "'mail: x'"),
                                "result.label == 'clean'"),
                        "10.0.0.0/8")))
                .doesNotThrowAnyException();
    }

    @Test
    void what_does_not_compile_is_pointed_at_in_the_compilers_own_words() {
        InvalidPolicy refused = catchThrowableOfType(
                InvalidPolicy.class,
                () -> Lint.check(with(List.of(whole("r", "deny", "arguments.amount >", null, null)))));

        assertThat(refused.fields()).singleElement().satisfies(field -> {
            assertThat(field.pointer()).isEqualTo("/document/rules/0/when");
            assertThat(field.rule()).isEqualTo("bad_condition");
            assertThat(field.detail()).contains("1:19", "mismatched input");
        });
    }

    @Test
    void points_at_what_is_out_of_range_or_out_of_place() {
        assertThat(findings(whole(
                        "price",
                        new Approvers(List.of("agent"), 11, "PT59S"),
                        new Question(
                                "a b",
                                "mail.*",
                                Map.of("id", "operation"),
                                Map.of("te xt", "arguments", "text", "arguments..x"),
                                "result +"),
                        "10.0.0.1/8")))
                .containsExactly(
                        "/document/rules/0/approval/roles/0 unknown_role",
                        "/document/rules/0/approval/count out_of_range",
                        "/document/rules/0/approval/valid_for out_of_range",
                        "/document/rules/0/when bad_condition",
                        "/document/rules/1/check/system bad_name",
                        "/document/rules/1/check/operation bad_name",
                        "/document/rules/1/check/target/id bad_origin",
                        "/document/rules/1/check/arguments bad_name",
                        "/document/rules/1/check/arguments/text bad_origin",
                        "/document/rules/1/check/passes bad_condition",
                        "/document/destinations/allow/0 bad_host_pattern",
                        "/document/destinations/systems/deny/0 bad_name",
                        "/document/destinations/recipients/allow/0 bad_domain_pattern",
                        "/document/model_tokens/a~1b out_of_range",
                        "/document/records only_of_the_tenant",
                        "/document/records/action_days out_of_range",
                        "/document/records/journaled_reads/0 unknown_role");
        assertThat(findings(with(List.of(
                        whole("a", "require_approval", null, null, null),
                        whole("b", "require_check", null, null, null),
                        whole("c", "deny", null, new Approvers(List.of("approver"), 1, null), null)))))
                .containsExactly(
                        "/document/rules/0/approval missing",
                        "/document/rules/1/check missing",
                        "/document/rules/2/approval out_of_place");
    }

    @Test
    void only_a_profile_can_allow() {
        PolicyDocument allowing = with(List.of(rule("a", "allow", List.of("*"), null)));

        assertThatCode(() -> Lint.check(Layer.PROFILE, allowing)).doesNotThrowAnyException();
        for (Layer layer : List.of(Layer.PLATFORM, Layer.POSTURE, Layer.TENANT, Layer.WORKSPACE, Layer.AGENT_CLASS)) {
            InvalidPolicy refused = catchThrowableOfType(InvalidPolicy.class, () -> Lint.check(layer, allowing));
            assertThat(refused.fields())
                    .singleElement()
                    .satisfies(field -> assertThat(field.rule()).isEqualTo("only_a_profile_can_allow"));
        }
    }

    @Test
    void bounds_the_number_of_conditions_and_requirements() {
        List<Rule> conditions = IntStream.rangeClosed(0, 500)
                .mapToObj(i -> whole("r" + i, "deny", "price > " + i, null, null))
                .toList();
        List<Rule> requirements = IntStream.rangeClosed(0, 100)
                .mapToObj(i ->
                        whole("r" + i, "require_approval", null, new Approvers(List.of("approver"), null, null), null))
                .toList();

        assertThat(findings(with(conditions))).containsExactly("/document/rules/500/when too_many");
        assertThat(findings(with(requirements))).containsExactly("/document/rules/100/effect too_many");
    }

    @Test
    void reserved_names_are_those_of_layers_and_no_others() {
        assertThat(Layer.of("regulated_support")).isEqualTo(Layer.PROFILE);
        assertThat(Layer.of("layer:workspace:ws_1")).isEqualTo(Layer.WORKSPACE);
        assertThat(Layer.of("layer:agent_class:support")).isEqualTo(Layer.AGENT_CLASS);
        for (String none : List.of("layer:", "layer:workspace:", "layer:Tenant", "layer:tenant:x", "layer:profile")) {
            assertThatThrownBy(() -> Layer.of(none)).isInstanceOf(InvalidField.class);
        }
        assertThatThrownBy(() -> Layer.of(new TenantId("acme"), "layer:platform"))
                .isInstanceOf(InvalidField.class);
        assertThat(Layer.of(TenantId.FLEET, "layer:platform")).isEqualTo(Layer.PLATFORM);
        assertThat(Layer.POSTURE.mayBePublishedBy(Role.TENANT_ADMIN)).isFalse();
        assertThat(Layer.POSTURE.mayBePublishedBy(Role.OPERATOR)).isTrue();
        assertThat(Layer.TENANT.mayBePublishedBy(Role.TENANT_ADMIN)).isTrue();
        assertThat(Layer.TENANT.mayBePublishedBy(Role.AGENT)).isFalse();
    }

    private static PolicyDocument whole(String when, Approvers approvers, Question question, String host) {
        boolean good = host.startsWith("10.0.0.0");
        return new PolicyDocument(
                List.of(
                        whole("a", "require_approval", when, approvers, null),
                        whole("b", "require_check", null, null, question)),
                new Destinations(
                        List.of(host),
                        null,
                        new Choice(null, List.of(good ? "zendesk" : "a b")),
                        new Choice(List.of(good ? "*.example.com" : "10.0.0.0/8"), null)),
                null,
                null,
                Map.of("a/b", good ? 0L : -1L),
                good ? null : new Records(0, List.of("robot")));
    }

    private static Rule whole(
            String id,
            String effect,
            @Nullable String when,
            @Nullable Approvers approvers,
            @Nullable Question question) {
        return new Rule(id, effect, List.of("*"), null, null, null, null, null, when, approvers, question, null, null);
    }

    private static PolicyDocument with(List<Rule> rules) {
        return new PolicyDocument(rules, Destinations.NONE, List.of(), List.of(), null, null);
    }

    private static Rule rule(String id, String effect, List<String> operations, @Nullable List<String> effects) {
        return new Rule(id, effect, operations, effects, null, null, null, null, null, null, null, null, null);
    }

    private static List<String> findings(PolicyDocument document) {
        InvalidPolicy refused = catchThrowableOfType(InvalidPolicy.class, () -> Lint.check(document));
        assertThat(refused).isNotNull();
        return refused.fields().stream()
                .map(field -> field.pointer() + " " + field.rule())
                .toList();
    }
}
