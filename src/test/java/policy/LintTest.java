package policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Rule;

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
