package policy;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import policy.PolicyDocument.Approvers;
import policy.PolicyDocument.Choice;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Question;
import policy.PolicyDocument.Records;
import policy.PolicyDocument.Rule;
import tenancy.LongWork;
import tenancy.Refusal.FieldError;
import tenancy.TenantId;

/** Reads a document before it is published and points at everything in it that cannot be meant. */
final class Lint {

    static final int MOST_RULES = 10_000;
    /** Each is compiled, and may have to be asked by one decision. */
    private static final int MOST_CONDITIONS = 500;
    /** All that speak of an action have to be answered before it runs. */
    private static final int MOST_REQUIREMENTS = 100;

    private static final int MOST_SELECTED = 100;
    private static final int MOST_LISTED = 1_000;
    private static final int MOST_MAPPED = 50;
    private static final int MOST_APPROVERS = 10;
    private static final int MOST_DAYS = 3_650;
    private static final int LONGEST_WORDS = 500;
    private static final int MOST_FINDINGS = 50;
    private static final Duration SHORTEST_WAIT = Duration.ofMinutes(1);
    private static final Duration LONGEST_WAIT = Duration.ofDays(30);

    private static final String NAME = "[A-Za-z0-9_-]{1,64}";
    private static final Predicate<String> OPERATION = matches("\\*|(" + NAME + "\\.){0,6}(" + NAME + "|(?<=\\.)\\*)");
    private static final Predicate<String> ONE_OPERATION = matches("(" + NAME + "\\.){0,6}" + NAME);
    private static final Predicate<String> HOST =
            matches("\\*|(\\*\\.)?[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63}){0,10}|\\[?[0-9a-f:.]{2,45}]?");
    private static final Predicate<String> DESTINATION =
            pattern -> Networks.isNotation(pattern) ? Networks.isValid(pattern) : HOST.test(pattern);
    private static final Predicate<String> DOMAIN = matches("\\*|(\\*\\.)?[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63}){0,10}");
    private static final Predicate<String> WORD = matches("[A-Za-z0-9][A-Za-z0-9_.:-]{0,95}");
    private static final Predicate<String> MODEL = matches("\\*|[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,126}\\*?");
    private static final Predicate<String> FIELD = matches("[A-Za-z0-9_-]{1,64}");
    private static final Predicate<String> ORIGIN =
            matches("arguments(\\.[A-Za-z0-9_-]{1,64}){0,4}|target\\.[A-Za-z0-9_-]{1,64}|'[^'\\p{Cntrl}]{0,200}'");
    private static final Predicate<String> EFFECT = Set.of("read", "write", "high_risk")::contains;
    private static final Predicate<String> ROLE = Set.of("approver", "tenant_admin", "operator")::contains;
    private static final Predicate<String> READER =
            Set.of("agent", "tenant_admin", "approver", "auditor", "analyst")::contains;
    private static final Set<String> RULE_EFFECTS = Set.of("allow", "deny", "require_approval", "require_check");

    private final Layer layer;
    private final List<FieldError> findings = new ArrayList<>();
    private int conditions;
    private int requirements;

    private Lint(Layer layer) {
        this.layer = layer;
    }

    /** Refuses a profile with findings, naming up to fifty at once. */
    static void check(PolicyDocument document) {
        check(Layer.PROFILE, document);
    }

    /** Refuses a tenant's document with findings, when it is the tenant's turn: conditions are compiled for it. */
    static void check(TenantId tenant, Layer layer, PolicyDocument document) {
        var unused = LongWork.of(tenant, () -> {
            check(layer, document);
            return layer;
        });
    }

    /** Refuses a document of this layer with findings, naming up to fifty at once. */
    static void check(Layer layer, PolicyDocument document) {
        var lint = new Lint(layer);
        lint.rules(document.rules());
        lint.destinations(document.destinations());
        lint.list("/data_classes", document.dataClasses(), WORD, "bad_name", MOST_LISTED);
        lint.list("/models", document.models(), MODEL, "bad_model_pattern", MOST_LISTED);
        lint.modelTokens(document.modelTokens());
        lint.records(document.records());
        if (!lint.findings.isEmpty()) {
            throw new InvalidPolicy(lint.findings.subList(0, Math.min(MOST_FINDINGS, lint.findings.size())));
        }
    }

    private void rules(List<Rule> rules) {
        if (rules.size() > MOST_RULES) {
            found("/rules", "too_many", "has %d rules, at most %d are allowed".formatted(rules.size(), MOST_RULES));
            return;
        }
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < rules.size() && !isFull(); i++) {
            rule("/rules/" + i, rules.get(i), ids);
        }
    }

    private void rule(String at, Rule rule, Set<String> ids) {
        if (!WORD.test(rule.id())) {
            found(at + "/id", "bad_name", "must be 1 to 96 letters, digits, '_', '.', ':' or '-'");
        } else if (!ids.add(rule.id())) {
            found(at + "/id", "duplicate_rule", "is the id of an earlier rule");
        }
        effect(at, rule);
        list(at + "/operations", rule.operations(), OPERATION, "bad_operation_pattern", MOST_SELECTED);
        selector(at + "/operations", rule.operations());
        optional(at + "/effects", rule.effects(), EFFECT, "unknown_effect");
        optional(at + "/agent_classes", rule.agentClasses(), WORD, "bad_name");
        optional(at + "/trust_zones", rule.trustZones(), WORD, "bad_name");
        optional(at + "/workspaces", rule.workspaces(), WORD, "bad_name");
        optional(at + "/systems", rule.systems(), WORD, "bad_name");
        condition(at + "/when", rule.when());
        String words = rule.words();
        if (words != null && (words.length() > LONGEST_WORDS || words.chars().anyMatch(Character::isISOControl))) {
            found(at + "/words", "bad_words", "must be one line of at most %d characters".formatted(LONGEST_WORDS));
        }
    }

    private void effect(String at, Rule rule) {
        String effect = rule.effect();
        if (!RULE_EFFECTS.contains(effect)) {
            found(at + "/effect", "unknown_effect", "must be allow, deny, require_approval or require_check");
            return;
        }
        if (effect.equals("allow") && layer != Layer.PROFILE) {
            found(at + "/effect", "only_a_profile_can_allow", "must take away: only a profile can allow");
        }
        if (effect.startsWith("require_") && ++requirements == MOST_REQUIREMENTS + 1) {
            found(at + "/effect", "too_many", "is one more than the %d that require".formatted(MOST_REQUIREMENTS));
        }
        belongs(at + "/approval", rule.approval(), effect.equals("require_approval"), "require_approval");
        belongs(at + "/check", rule.check(), effect.equals("require_check"), "require_check");
        if (rule.approval() != null) {
            approvers(at + "/approval", rule.approval());
        }
        if (rule.check() != null) {
            question(at + "/check", rule.check());
        }
    }

    private void belongs(String at, @Nullable Object part, boolean needed, String effect) {
        if (needed && part == null) {
            found(at, "missing", "must be there, because the rule's effect is " + effect);
        } else if (!needed && part != null) {
            found(at, "out_of_place", "may only be there if the rule's effect is " + effect);
        }
    }

    private void approvers(String at, Approvers approvers) {
        list(at + "/roles", approvers.roles(), ROLE, "unknown_role", MOST_SELECTED);
        selector(at + "/roles", approvers.roles());
        Integer count = approvers.count();
        if (count != null && (count < 1 || count > MOST_APPROVERS)) {
            found(at + "/count", "out_of_range", "must be 1 to " + MOST_APPROVERS);
        }
        String validFor = approvers.validFor();
        if (validFor != null && !isWait(validFor)) {
            found(at + "/valid_for", "out_of_range", "must be an ISO 8601 duration from PT1M to P30D");
        }
    }

    private static boolean isWait(String text) {
        try {
            Duration wait = Duration.parse(text);
            return wait.compareTo(SHORTEST_WAIT) >= 0 && wait.compareTo(LONGEST_WAIT) <= 0;
        } catch (DateTimeParseException noDuration) {
            return false;
        }
    }

    private void question(String at, Question question) {
        if (!WORD.test(question.system())) {
            found(at + "/system", "bad_name", "must be the key of a connector");
        }
        if (!ONE_OPERATION.test(question.operation())) {
            found(at + "/operation", "bad_name", "must be the name of one operation");
        }
        mapping(at + "/target", question.target());
        mapping(at + "/arguments", question.arguments());
        compiles(at + "/passes", Language.OF_CHECKS, question.passes());
    }

    private void mapping(String at, Map<String, String> mapping) {
        if (mapping.size() > MOST_MAPPED) {
            found(at, "too_many", "has %d fields, at most %d are allowed".formatted(mapping.size(), MOST_MAPPED));
            return;
        }
        mapping.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(field -> {
            if (!FIELD.test(field.getKey())) {
                found(at, "bad_name", "has a field whose name is not 1 to 64 letters, digits, '_' or '-'");
            } else if (!ORIGIN.test(field.getValue())) {
                found(
                        at + "/" + field.getKey(),
                        "bad_origin",
                        "must be arguments, arguments.<name>, target.<field> or '<text>'");
            }
        });
    }

    private void condition(String at, @Nullable String when) {
        if (when == null) {
            return;
        }
        if (++conditions > MOST_CONDITIONS) {
            if (conditions == MOST_CONDITIONS + 1) {
                found(at, "too_many", "is one more than the %d conditions allowed".formatted(MOST_CONDITIONS));
            }
            return;
        }
        compiles(at, Language.OF_CONDITIONS, when);
    }

    private void compiles(String at, Language language, String expression) {
        LongWork.giveWay();
        try {
            language.compile(expression);
        } catch (Language.Unusable wrong) {
            found(at, "bad_condition", Objects.requireNonNullElse(wrong.getMessage(), "is no condition"));
        }
    }

    private void destinations(Destinations destinations) {
        list("/destinations/allow", destinations.allow(), DESTINATION, "bad_host_pattern", MOST_LISTED);
        list("/destinations/deny", destinations.deny(), DESTINATION, "bad_host_pattern", MOST_LISTED);
        choice("/destinations/systems", destinations.systems(), WORD, "bad_name");
        choice("/destinations/recipients", destinations.recipients(), DOMAIN, "bad_domain_pattern");
    }

    private void choice(String at, @Nullable Choice choice, Predicate<String> valid, String rule) {
        if (choice != null) {
            list(at + "/allow", choice.allow(), valid, rule, MOST_LISTED);
            list(at + "/deny", choice.deny(), valid, rule, MOST_LISTED);
        }
    }

    private void modelTokens(Map<String, Long> mostTokens) {
        if (mostTokens.size() > MOST_LISTED) {
            found("/model_tokens", "too_many", "has more than %d entries".formatted(MOST_LISTED));
            return;
        }
        mostTokens.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(bound -> {
            if (!MODEL.test(bound.getKey())) {
                found("/model_tokens", "bad_model_pattern", "has a name that no model can have");
            } else if (bound.getValue() < 0) {
                found("/model_tokens/" + pointed(bound.getKey()), "out_of_range", "must be 0 or more");
            }
        });
    }

    /** RFC 6901: names of models hold slashes. */
    private static String pointed(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }

    private void records(@Nullable Records records) {
        if (records == null) {
            return;
        }
        if (layer != Layer.TENANT) {
            found("/records", "only_of_the_tenant", "is said for the tenant as a whole: publish it in layer:tenant");
        }
        days("/records/action_days", records.actionDays());
        days("/records/payload_days", records.payloadDays());
        String payloads = records.payloads();
        if (payloads != null && AuditLevel.of(payloads).isEmpty()) {
            found("/records/payloads", "unknown_level", "must be full, digest or none");
        }
        list("/records/journaled_reads", records.journaledReads(), READER, "unknown_role", MOST_SELECTED);
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

    private void days(String pointer, @Nullable Integer days) {
        if (days != null && (days < 1 || days > MOST_DAYS)) {
            found(pointer, "out_of_range", "must be 1 to %,d".formatted(MOST_DAYS));
        }
    }

    private void list(String at, @Nullable List<String> values, Predicate<String> valid, String rule, int most) {
        if (values == null) {
            return;
        }
        if (values.size() > most) {
            found(at, "too_many", "has %d entries, at most %d are allowed".formatted(values.size(), most));
            return;
        }
        for (int i = 0; i < values.size() && !isFull(); i++) {
            if (!valid.test(values.get(i))) {
                found(at + "/" + i, rule, "is not something this list can hold");
            }
        }
    }

    private boolean isFull() {
        return findings.size() >= MOST_FINDINGS;
    }

    private void found(String pointer, String rule, String detail) {
        findings.add(new FieldError("/document" + pointer, rule, detail));
    }

    private static Predicate<String> matches(String pattern) {
        return Pattern.compile(pattern).asMatchPredicate();
    }
}
