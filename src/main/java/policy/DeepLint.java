package policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import policy.KnownOperations.KnownOperation;
import policy.PolicyDocument.Approvers;
import policy.PolicyDocument.Choice;
import policy.PolicyDocument.Rule;
import tenancy.Effect;
import tenancy.LongWork;

/**
 * Reads a document that can be published and points at what is likely not meant: rules that never speak, rules that
 * contradict each other, and promises that nobody can keep.
 */
final class DeepLint {

    private static final int MOST_FINDINGS = 200;
    /** Ten thousand rules may all be compared with each other: that is stopped, and said. */
    private static final int MOST_COMPARISONS = 2_000_000;

    private final PolicyDocument document;
    private final List<KnownOperation> known;
    private final Map<String, Long> liveKeys;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();
    private int comparisons;

    private DeepLint(PolicyDocument document, List<KnownOperation> known, Map<String, Long> liveKeys, Instant now) {
        this.document = document;
        this.known = known;
        this.liveKeys = liveKeys;
        this.now = now;
    }

    /**
     * @param known what the tenant's connectors describe; nothing is said about them where there are none
     * @param liveKeys how many keys that work the tenant has, by role
     */
    static List<Finding> findings(
            PolicyDocument document, List<KnownOperation> known, Map<String, Long> liveKeys, Instant now) {
        var lint = new DeepLint(document, known, liveKeys, now);
        lint.neverSpeaking();
        for (int place = 0; place < document.rules().size(); place++) {
            lint.rule("/document/rules/" + place, document.rules().get(place));
        }
        lint.unsafeOperations();
        return List.copyOf(lint.findings.subList(0, Math.min(lint.findings.size(), MOST_FINDINGS)));
    }

    private void rule(String at, Rule rule) {
        LongWork.giveWay();
        Instant end = rule.expiresAt();
        if (end != null && !end.isAfter(now)) {
            found(at + "/expires_at", "expired", "Its end has come: it is taken out as soon as it is published.");
        }
        if (!known.isEmpty()) {
            matchingNothing(at, rule);
        }
        if (rule.effect().equals("allow")) {
            neverApplicable(at, rule);
        }
        Approvers approval = rule.approval();
        if (approval != null) {
            grantable(at + "/approval", approval);
        }
    }

    private void matchingNothing(String at, Rule rule) {
        List<String> operations = rule.operations();
        boolean some = false;
        for (int i = 0; i < operations.size(); i++) {
            String pattern = operations.get(i);
            boolean matches = known.stream().anyMatch(one -> Patterns.matches(pattern, one.operation()));
            some |= matches;
            if (!matches) {
                found(
                        at + "/operations/" + i,
                        "matches_nothing",
                        "No connector of this tenant describes %s.".formatted(pattern));
            }
        }
        List<String> systems = rule.systems();
        for (int i = 0; systems != null && i < systems.size(); i++) {
            String system = systems.get(i);
            if (known.stream().noneMatch(one -> one.system().equals(system))) {
                found(at + "/systems/" + i, "matches_nothing", "This tenant has no connector %s.".formatted(system));
            }
        }
        if (some && selected(rule).isEmpty()) {
            found(at, "matches_nothing", "No operation that a connector describes has its effects and systems.");
        }
    }

    private List<KnownOperation> selected(Rule rule) {
        return known.stream().filter(one -> selects(rule, one)).toList();
    }

    private static boolean selects(Rule rule, KnownOperation one) {
        return rule.operations().stream().anyMatch(pattern -> Patterns.matches(pattern, one.operation()))
                && (rule.effects() == null || rule.effects().contains(word(one.effect())))
                && (rule.systems() == null || rule.systems().contains(one.system()));
    }

    private static String word(Effect effect) {
        return effect.name().toLowerCase(Locale.ROOT);
    }

    /** An allow for what the destinations refuse anyway. */
    private void neverApplicable(String at, Rule rule) {
        Choice systems = document.destinations().systems();
        if (systems != null && rule.systems() != null && rule.systems().stream().noneMatch(admits(systems))) {
            found(at, "never_applicable", "It allows systems that destinations.systems does not.");
        }
        List<KnownOperation> selected = selected(rule);
        var reachable = new Hosts(
                document.destinations().allow() == null
                        ? List.of()
                        : document.destinations().allow());
        var blocked = new Hosts(document.destinations().deny());
        if (!selected.isEmpty()
                && selected.stream()
                        .allMatch(one -> blocked.contain(one.destination())
                                || document.destinations().allow() != null && !reachable.contain(one.destination()))) {
            found(
                    at,
                    "never_applicable",
                    "Every operation it allows leads to a host that destinations does not allow.");
        }
    }

    private static Predicate<String> admits(Choice choice) {
        return name -> !choice.deny().contains(name)
                && (choice.allow() == null
                        || choice.allow().contains(name)
                        || choice.allow().contains("*"));
    }

    /** Operators are the platform's: how many there are is not the tenant's to know, and there always is one. */
    private void grantable(String at, Approvers approval) {
        if (approval.roles().contains("operator")) {
            return;
        }
        long all = 0;
        for (int i = 0; i < approval.roles().size(); i++) {
            String role = approval.roles().get(i);
            long keys = liveKeys.getOrDefault(role, 0L);
            all += keys;
            if (keys == 0) {
                found(
                        at + "/roles/" + i,
                        "nobody_can_grant",
                        "No key of role %s works: only people of the identity provider could grant it."
                                .formatted(role));
            }
        }
        int count = approval.count() == null ? 1 : approval.count();
        if (all > 0 && count > all) {
            found(
                    at + "/count",
                    "too_few_approvers",
                    "It asks for %d people, and %d keys of these roles work.".formatted(count, all));
        }
    }

    /** What is done twice if it is interrupted and sent again, because its target cannot tell. */
    private void unsafeOperations() {
        Set<String> said = new HashSet<>();
        for (int place = 0; place < document.rules().size(); place++) {
            Rule rule = document.rules().get(place);
            if (rule.effect().equals("allow")) {
                for (KnownOperation one : selected(rule)) {
                    String name = one.system() + " " + one.operation();
                    if (one.effect() != Effect.READ && !one.carriesKey() && said.add(name)) {
                        found(
                                "/document/rules/" + place,
                                "no_idempotency_location",
                                "It allows %s of %s, which changes things and has no place for an idempotency key."
                                        .formatted(one.operation(), one.system()));
                    }
                }
            }
        }
    }

    /** Rules without a condition take away all that they select: what else selects no more than that is idle. */
    private void neverSpeaking() {
        Map<String, List<Integer>> byPattern = new HashMap<>();
        List<Rule> rules = document.rules();
        for (int place = 0; place < rules.size(); place++) {
            Rule rule = rules.get(place);
            if (rule.when() == null
                    && (rule.effect().equals("deny") || rule.effect().equals("allow"))) {
                for (String pattern : Set.copyOf(rule.operations())) {
                    byPattern.computeIfAbsent(pattern, key -> new ArrayList<>()).add(place);
                }
            }
        }
        for (int place = 0; place < rules.size() && comparisons < MOST_COMPARISONS; place++) {
            shadowed(place, byPattern);
        }
        if (comparisons >= MOST_COMPARISONS) {
            found("/document/rules", "too_many_to_compare", "Not all rules were compared with each other.");
        }
    }

    private void shadowed(int place, Map<String, List<Integer>> byPattern) {
        Rule rule = document.rules().get(place);
        if (rule.operations().isEmpty()) {
            return;
        }
        Integer deny = null;
        Integer allow = null;
        for (String pattern : broader(rule.operations().getFirst())) {
            for (int other : byPattern.getOrDefault(pattern, List.of())) {
                Rule broad = document.rules().get(other);
                comparisons++;
                if (other != place
                        && covers(broad, rule)
                        && !(covers(rule, broad) && other > place && same(broad, rule))) {
                    if (broad.effect().equals("deny")) {
                        deny = deny == null ? other : deny;
                    } else {
                        allow = allow == null ? other : allow;
                    }
                }
            }
        }
        explain(place, rule, deny, allow);
    }

    private static boolean same(Rule one, Rule other) {
        return one.effect().equals(other.effect()) && other.when() == null;
    }

    private void explain(int place, Rule rule, @Nullable Integer deny, @Nullable Integer allow) {
        String at = "/document/rules/" + place;
        if (deny != null) {
            Rule broad = document.rules().get(deny);
            if (rule.effect().equals("deny")) {
                found(at, "redundant", "Rule %s denies all of it already.".formatted(broad.id()));
            } else if (rule.effect().equals("allow") && covers(rule, broad) && rule.when() == null) {
                found(at, "conflict", "Rule %s denies exactly what it allows, and deny wins.".formatted(broad.id()));
            } else {
                found(at, "unreachable", "Rule %s denies all of it, and deny wins.".formatted(broad.id()));
            }
        } else if (allow != null && rule.effect().equals("allow")) {
            found(
                    at,
                    "redundant",
                    "Rule %s allows all of it already."
                            .formatted(document.rules().get(allow).id()));
        }
    }

    /** The patterns that can hold this one. */
    private static List<String> broader(String pattern) {
        List<String> all = new ArrayList<>(List.of("*"));
        for (int dot = pattern.indexOf('.'); dot >= 0; dot = pattern.indexOf('.', dot + 1)) {
            all.add(pattern.substring(0, dot) + ".*");
        }
        if (!all.contains(pattern)) {
            all.add(pattern);
        }
        return all;
    }

    private static boolean covers(Rule broad, Rule narrow) {
        return narrow.operations().stream()
                        .allMatch(one -> broad.operations().stream().anyMatch(all -> Patterns.covers(all, one)))
                && Patterns.covers(broad.effects(), narrow.effects())
                && Patterns.covers(broad.agentClasses(), narrow.agentClasses())
                && Patterns.covers(broad.trustZones(), narrow.trustZones())
                && Patterns.covers(broad.workspaces(), narrow.workspaces())
                && Patterns.covers(broad.systems(), narrow.systems());
    }

    private void found(String pointer, String rule, String words) {
        findings.add(Finding.warning(pointer, rule, words));
    }
}
