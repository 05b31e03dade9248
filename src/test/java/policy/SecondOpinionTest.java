package policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import policy.PolicyDocument.Choice;
import policy.PolicyDocument.Rule;
import policy.Verdict.Allowed;
import policy.Verdict.Denied;
import policy.Verdict.NeedsApproval;
import policy.Verdict.NeedsCheck;
import policy.Verdict.Reason;
import tenancy.ActionEnvelope;

/** The compiled documents against a reading of them that is too slow and too simple to be wrong. */
class SecondOpinionTest {

    private static final int POLICIES = 10_000;
    private static final int REQUESTS_EACH = 3;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final RandomPolicies random = new RandomPolicies(seed);

    @Test
    void a_naive_reading_comes_to_the_same_verdict() {
        Map<String, Integer> seen = new LinkedHashMap<>();
        for (int i = 0; i < POLICIES; i++) {
            Map<String, PolicyDocument> documents = random.documents();
            for (int j = 0; j < REQUESTS_EACH; j++) {
                ActionEnvelope envelope = random.envelope();
                Verdict verdict = decide(documents, envelope);
                seen.merge(verdict.word(), 1, Integer::sum);
                assertThat(spoke(verdict))
                        .as("seed %d: %s under %s", seed, envelope, documents)
                        .isEqualTo(naively(documents, envelope));
            }
        }
        System.out.printf("second opinion: seed %d, %s%n", seed, seen);
        assertThat(seen.values()).as("seed %d: %s", seed, seen).hasSize(4).allMatch(times -> times > 100);
    }

    @Test
    void one_more_restriction_never_allows_anything_more() {
        for (int i = 0; i < POLICIES; i++) {
            Map<String, PolicyDocument> documents = random.documents();
            ActionEnvelope envelope = random.envelope();
            Verdict before = decide(documents, envelope);
            List<String> names = List.copyOf(documents.keySet());
            String name = names.get(random.below(names.size()));
            PolicyDocument less = Objects.requireNonNull(documents.get(name));
            List<Rule> rules = new ArrayList<>(less.rules());
            String effect = List.of("deny", "require_approval", "require_check").get(random.below(3));
            rules.add(random.below(rules.size() + 1), random.rule("more", effect));
            documents.put(name, with(less, rules));

            assertThat(strictness(decide(documents, envelope)))
                    .as("seed %d: %s under %s", seed, envelope, documents)
                    .isGreaterThanOrEqualTo(strictness(before));
        }
    }

    /** Whatever an inner document says, the outer ones around an all-allowing profile say at least as much. */
    @Test
    void a_lower_layer_never_widens_a_higher_one() {
        PolicyDocument everything = new PolicyDocument(
                List.of(new Rule(
                        "all", "allow", List.of("*"), null, null, null, null, null, null, null, null, null, null)),
                new PolicyDocument.Destinations(List.of("*"), null, null, new Choice(List.of("*"), null)),
                List.of("public", "internal", "pii"),
                List.of("*"),
                null,
                null);
        for (int i = 0; i < POLICIES; i++) {
            Map<String, PolicyDocument> documents = random.documents();
            ActionEnvelope envelope = random.envelope();
            int whole = strictness(decide(documents, envelope));
            Map<String, PolicyDocument> outer = new LinkedHashMap<>(documents);
            for (String inner : List.of("p", "layer:workspace:ws_1", "layer:tenant", "layer:posture")) {
                outer.remove(inner);
                Map<String, PolicyDocument> alone = new LinkedHashMap<>(outer);
                alone.put("p", everything);

                assertThat(whole)
                        .as("seed %d: %s under %s, without %s", seed, envelope, documents, inner)
                        .isGreaterThanOrEqualTo(strictness(decide(alone, envelope)));
            }
        }
    }

    @Test
    void the_same_envelope_under_the_same_documents_gives_the_same_verdict() {
        for (int i = 0; i < POLICIES / 2; i++) {
            Map<String, PolicyDocument> documents = random.documents();
            ActionEnvelope envelope = random.envelope();

            assertThat(decide(documents, envelope))
                    .as("seed %d", seed)
                    .isEqualTo(decide(documents, envelope))
                    .isEqualTo(compiled(documents).decide(envelope));
        }
    }

    @Test
    void the_rules_that_a_verdict_names_suffice_to_come_to_it() {
        for (int i = 0; i < POLICIES; i++) {
            Map<String, PolicyDocument> documents = random.documents();
            ActionEnvelope envelope = random.envelope();
            Verdict verdict = decide(documents, envelope);
            Map<String, PolicyDocument> named = new LinkedHashMap<>();
            documents.forEach((name, document) -> {
                Set<String> spoke = verdict.reasons().stream()
                        .filter(reason -> reason.layer() == Layer.of(name))
                        .map(Reason::rule)
                        .collect(Collectors.toSet());
                named.put(
                        name,
                        with(
                                document,
                                document.rules().stream()
                                        .filter(rule -> spoke.contains(rule.id()))
                                        .toList()));
            });

            Verdict again = decide(named, envelope);

            assertThat(again.word())
                    .as("seed %d: %s under %s", seed, envelope, documents)
                    .isEqualTo(verdict.word());
            if (!(verdict instanceof Denied)) {
                assertThat(again).as("seed %d", seed).isEqualTo(verdict);
            }
        }
    }

    private static int strictness(Verdict verdict) {
        return switch (verdict) {
            case Allowed _ -> 0;
            case NeedsApproval _ -> 1;
            case NeedsCheck _ -> 2;
            case Denied _ -> 3;
        };
    }

    private static Verdict decide(Map<String, PolicyDocument> documents, ActionEnvelope envelope) {
        return compiled(documents).decide(envelope);
    }

    /** As the way in composes them, but for the layer of a workspace, which is only there for its own envelopes. */
    private static Documents compiled(Map<String, PolicyDocument> documents) {
        Map<Layer, InForce> layers = new EnumMap<>(Layer.class);
        documents.forEach((name, document) ->
                layers.put(Layer.of(name), new InForce(CompiledPolicy.of(name, version(name), document), null)));
        InForce profile = Objects.requireNonNull(layers.remove(Layer.PROFILE));
        return new Documents(List.copyOf(layers.values()), profile);
    }

    private static long version(String name) {
        return name.length();
    }

    private static PolicyDocument with(PolicyDocument document, List<Rule> rules) {
        return new PolicyDocument(
                rules,
                document.destinations(),
                document.dataClasses(),
                document.models(),
                document.modelTokens(),
                document.records());
    }

    /** The verdict, and each reason with its layer and version, as one list. */
    private static List<String> spoke(Verdict verdict) {
        List<String> spoke = new ArrayList<>();
        spoke.add(verdict.word());
        verdict.reasons().forEach(reason -> spoke.add(reason.layer() + "/" + reason.version() + "/" + reason.rule()));
        return spoke;
    }

    private static List<String> naively(Map<String, PolicyDocument> documents, ActionEnvelope envelope) {
        List<String> against = new ArrayList<>();
        List<String> first = new ArrayList<>();
        boolean check = false;
        List<String> allowing = new ArrayList<>();
        for (var entry : documents.entrySet()) {
            boolean profile = entry.getKey().equals("p");
            String in = Layer.of(entry.getKey()) + "/" + version(entry.getKey()) + "/";
            PolicyDocument document = entry.getValue();
            List<Rule> speaking = document.rules().stream()
                    .filter(rule -> speaks(rule, envelope))
                    .toList();
            speaking.stream()
                    .filter(rule -> rule.effect().equals("deny"))
                    .limit(8)
                    .forEach(rule -> against.add(in + rule.id()));
            if (profile) {
                speaking.stream()
                        .filter(rule -> rule.effect().equals("allow"))
                        .forEach(rule -> allowing.add(in + rule.id()));
                if (allowing.isEmpty()) {
                    against.add(in + "default_deny");
                }
            }
            sections(document, envelope, profile).forEach(section -> against.add(in + section));
            for (String effect : List.of("require_check", "require_approval")) {
                for (Rule rule : speaking) {
                    if (rule.effect().equals(effect)) {
                        first.add(in + rule.id());
                        check |= effect.equals("require_check");
                    }
                }
            }
        }
        List<String> spoke = new ArrayList<>();
        if (!against.isEmpty()) {
            spoke.add("denied");
            spoke.addAll(against);
        } else {
            spoke.add(check ? "needs_check" : first.isEmpty() ? "allowed" : "needs_approval");
            spoke.addAll(first);
            spoke.add(allowing.getFirst());
        }
        return spoke;
    }

    private static boolean speaks(Rule rule, ActionEnvelope envelope) {
        boolean selected = rule.operations().stream().anyMatch(pattern -> glob(pattern, envelope.operation()))
                && in(rule.effects(), envelope.effect().name().toLowerCase(Locale.ROOT))
                && in(rule.agentClasses(), envelope.agentClass())
                && in(rule.trustZones(), envelope.trustZone())
                && in(rule.workspaces(), envelope.workspace().key())
                && in(rule.systems(), envelope.target().system());
        if (!selected || rule.when() == null) {
            return selected;
        }
        Boolean told = Objects.requireNonNull(RandomPolicies.CONDITIONS.get(rule.when()))
                .apply(envelope);
        return told == null ? !rule.effect().equals("allow") : told;
    }

    private static List<String> sections(PolicyDocument document, ActionEnvelope envelope, boolean profile) {
        List<String> against = new ArrayList<>();
        var destinations = document.destinations();
        String host = envelope.destination();
        if (destinations.deny().stream().anyMatch(p -> host(p, host))) {
            against.add("destinations.deny");
        } else if (destinations.allow() == null
                ? profile
                : destinations.allow().stream().noneMatch(p -> host(p, host))) {
            against.add("destinations.allow");
        }
        Choice systems = destinations.systems();
        if (systems != null) {
            if (systems.deny().contains(envelope.target().system())) {
                against.add("destinations.systems.deny");
            } else if (systems.allow() != null
                    && !systems.allow().contains(envelope.target().system())) {
                against.add("destinations.systems.allow");
            }
        }
        Choice recipients = destinations.recipients();
        for (String domain : envelope.recipients()) {
            if (recipients != null && recipients.deny().stream().anyMatch(p -> host(p, domain))) {
                against.add("destinations.recipients.deny");
                break;
            }
            List<String> allowed = recipients == null ? null : recipients.allow();
            if (allowed == null ? profile : allowed.stream().noneMatch(p -> host(p, domain))) {
                against.add("destinations.recipients.allow");
                break;
            }
        }
        List<String> classes = document.dataClasses();
        if (classes == null
                ? profile && !envelope.dataClasses().isEmpty()
                : !classes.containsAll(envelope.dataClasses())) {
            against.add("data_classes");
        }
        String model = envelope.model();
        if (model != null) {
            if (document.models() == null ? profile : document.models().stream().noneMatch(p -> glob(p, model))) {
                against.add("models");
            } else if (document.modelTokens().entrySet().stream()
                    .anyMatch(bound ->
                            glob(bound.getKey(), model) && envelope.estimate().tokens() > bound.getValue())) {
                against.add("model_tokens");
            }
        }
        return against;
    }

    private static boolean in(@Nullable List<String> selected, String value) {
        return selected == null || selected.contains(value);
    }

    private static boolean host(String pattern, String host) {
        return switch (pattern) {
            case "10.0.0.0/8" -> host.startsWith("10.");
            case "2001:db8::/32" -> host.startsWith("[2001:db8:");
            default ->
                pattern.startsWith("*.")
                        ? host.endsWith(pattern.substring(1)) && host.length() > pattern.length() - 1
                        : glob(pattern, host);
        };
    }

    private static boolean glob(String pattern, String value) {
        return pattern.endsWith("*")
                ? value.startsWith(pattern.substring(0, pattern.length() - 1))
                : value.equals(pattern);
    }
}
