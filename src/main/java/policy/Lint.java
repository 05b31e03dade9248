package policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import policy.PolicyDocument.Rule;
import tenancy.Refusal.FieldError;

/** Reads a document before it is published and points at everything in it that cannot be meant. */
final class Lint {

    static final int MOST_RULES = 10_000;
    private static final int MOST_SELECTED = 100;
    private static final int MOST_LISTED = 1_000;
    private static final int LONGEST_WORDS = 500;
    private static final int MOST_FINDINGS = 50;

    private static final String NAME = "[A-Za-z0-9_-]{1,64}";
    private static final Predicate<String> OPERATION = matches("\\*|(" + NAME + "\\.){0,6}(" + NAME + "|(?<=\\.)\\*)");
    private static final Predicate<String> HOST =
            matches("\\*|(\\*\\.)?[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63}){0,10}|\\[?[0-9a-f:.]{2,45}]?");
    private static final Predicate<String> WORD = matches("[A-Za-z0-9][A-Za-z0-9_.:-]{0,95}");
    private static final Predicate<String> MODEL = matches("\\*|[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,126}\\*?");
    private static final Predicate<String> EFFECT = Set.of("read", "write", "high_risk")::contains;

    private final List<FieldError> findings = new ArrayList<>();

    private Lint() {}

    /** Refuses a document with findings, naming up to fifty at once. */
    static void check(Layer layer, PolicyDocument document) {
        check(document);
    }

    static void check(PolicyDocument document) {
        var lint = new Lint();
        lint.rules(document.rules());
        lint.list(
                "/destinations/allow",
                Objects.requireNonNullElse(document.destinations().allow(), List.<String>of()),
                HOST,
                "bad_host_pattern",
                MOST_LISTED);
        lint.list("/destinations/deny", document.destinations().deny(), HOST, "bad_host_pattern", MOST_LISTED);
        lint.list(
                "/data_classes",
                Objects.requireNonNullElse(document.dataClasses(), List.<String>of()),
                WORD,
                "bad_name",
                MOST_LISTED);
        lint.list(
                "/models",
                Objects.requireNonNullElse(document.models(), List.<String>of()),
                MODEL,
                "bad_model_pattern",
                MOST_LISTED);
        if (!lint.findings.isEmpty()) {
            throw new InvalidPolicy(lint.findings);
        }
    }

    private void rules(List<Rule> rules) {
        if (rules.size() > MOST_RULES) {
            found("/rules", "too_many", "has %d rules, at most %d are allowed".formatted(rules.size(), MOST_RULES));
            return;
        }
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < rules.size() && findings.size() < MOST_FINDINGS; i++) {
            rule("/rules/" + i, rules.get(i), ids);
        }
    }

    private void rule(String at, Rule rule, Set<String> ids) {
        if (!WORD.test(rule.id())) {
            found(at + "/id", "bad_name", "must be 1 to 96 letters, digits, '_', '.', ':' or '-'");
        } else if (!ids.add(rule.id())) {
            found(at + "/id", "duplicate_rule", "is the id of an earlier rule");
        }
        if (!rule.effect().equals("allow") && !rule.effect().equals("deny")) {
            found(at + "/effect", "unknown_effect", "must be allow or deny");
        }
        list(at + "/operations", rule.operations(), OPERATION, "bad_operation_pattern", MOST_SELECTED);
        selector(at + "/operations", rule.operations());
        optional(at + "/effects", rule.effects(), EFFECT, "unknown_effect");
        optional(at + "/agent_classes", rule.agentClasses(), WORD, "bad_name");
        optional(at + "/trust_zones", rule.trustZones(), WORD, "bad_name");
        String words = rule.words();
        if (words != null && (words.length() > LONGEST_WORDS || words.chars().anyMatch(Character::isISOControl))) {
            found(at + "/words", "bad_words", "must be one line of at most %d characters".formatted(LONGEST_WORDS));
        }
    }

    private void optional(String at, @Nullable List<String> values, Predicate<String> valid, String rule) {
        if (values != null) {
            list(at, values, valid, rule, MOST_SELECTED);
            selector(at, values);
        }
    }

    /** An empty selector could be read as all or as none: it has to be said. */
    private void selector(String at, List<String> values) {
        if (values.isEmpty()) {
            found(at, "empty", "must name at least one, or be left out to match all");
        }
    }

    private void list(String at, List<String> values, Predicate<String> valid, String rule, int most) {
        if (values.size() > most) {
            found(at, "too_many", "has %d entries, at most %d are allowed".formatted(values.size(), most));
            return;
        }
        for (int i = 0; i < values.size() && findings.size() < MOST_FINDINGS; i++) {
            if (!valid.test(values.get(i))) {
                found(at + "/" + i, rule, "is not something this list can hold");
            }
        }
    }

    private void found(String pointer, String rule, String detail) {
        findings.add(new FieldError("/document" + pointer, rule, detail));
    }

    private static Predicate<String> matches(String pattern) {
        return Pattern.compile(pattern).asMatchPredicate();
    }
}
