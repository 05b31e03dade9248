package policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Rule;
import policy.Verdict.Allowed;
import policy.Verdict.Denied;
import policy.Verdict.Reason;
import tenancy.ActionEnvelope;
import tenancy.Effect;

/** The compiled policy against a reading of the document that is too slow and too simple to be wrong. */
class SecondOpinionTest {

    private static final int POLICIES = 2_000;
    private static final int REQUESTS_EACH = 5;
    private static final List<String> NAMES = List.of("crm", "mail", "ticket");
    private static final List<String> VERBS = List.of("read", "update", "send");
    private static final List<String> HOSTS = List.of("a.test", "x.a.test", "y.x.a.test", "b.test", "xa.test", "");
    private static final List<String> HOST_PATTERNS = List.of("*", "a.test", "*.a.test", "*.x.a.test", "b.test");
    private static final List<String> CLASSES = List.of("support", "sales");
    private static final List<String> ZONES = List.of("internal", "untrusted");
    private static final List<String> DATA = List.of("public", "internal", "pii");
    private static final List<String> MODELS = List.of("m", "m-1", "n-1");

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void a_naive_reading_comes_to_the_same_verdict() {
        int allowed = 0;
        for (int i = 0; i < POLICIES; i++) {
            PolicyDocument document = document();
            CompiledPolicy compiled = CompiledPolicy.of("p", i, document);
            for (int j = 0; j < REQUESTS_EACH; j++) {
                ActionEnvelope envelope = envelope();
                Verdict verdict = compiled.decide(envelope);
                allowed += verdict instanceof Allowed ? 1 : 0;
                assertThat(spoke(verdict))
                        .as("seed %d: %s under %s", seed, envelope, document)
                        .isEqualTo(naively(document, envelope));
            }
        }
        System.out.printf("second opinion: seed %d, %d allowed of %d%n", seed, allowed, POLICIES * REQUESTS_EACH);
        assertThat(allowed).as("seed %d", seed).isBetween(500, 9_500);
    }

    @Test
    void one_more_deny_never_allows_anything_more() {
        for (int i = 0; i < POLICIES; i++) {
            PolicyDocument before = document();
            List<Rule> rules = new ArrayList<>(before.rules());
            Rule more = rule("more");
            rules.add(
                    random.nextInt(rules.size() + 1),
                    new Rule(
                            "more",
                            "deny",
                            more.operations(),
                            more.effects(),
                            more.agentClasses(),
                            more.trustZones(),
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null));
            var after =
                    new PolicyDocument(rules, before.destinations(), before.dataClasses(), before.models(), null, null);
            ActionEnvelope envelope = envelope();
            if (CompiledPolicy.of("p", 1, before).decide(envelope) instanceof Denied) {
                assertThat(CompiledPolicy.of("p", 2, after).decide(envelope))
                        .as("seed %d: %s under %s", seed, envelope, after)
                        .isInstanceOf(Denied.class);
            }
        }
    }

    /** Verdict and rules, as one list. */
    private static List<String> spoke(Verdict verdict) {
        List<String> spoke = new ArrayList<>();
        spoke.add(verdict instanceof Allowed ? "allowed" : "denied");
        verdict.reasons().stream().map(Reason::rule).forEach(spoke::add);
        return spoke;
    }

    private static List<String> naively(PolicyDocument document, ActionEnvelope envelope) {
        List<String> against = new ArrayList<>();
        List<String> infavour = new ArrayList<>();
        for (Rule rule : document.rules()) {
            boolean speaks = rule.operations().stream().anyMatch(p -> operation(p, envelope.operation()))
                    && in(rule.effects(), envelope.effect().name().toLowerCase(java.util.Locale.ROOT))
                    && in(rule.agentClasses(), envelope.agentClass())
                    && in(rule.trustZones(), envelope.trustZone());
            if (speaks) {
                (rule.effect().equals("deny") ? against : infavour).add(rule.id());
            }
        }
        against = new ArrayList<>(against.subList(0, Math.min(8, against.size())));
        if (infavour.isEmpty()) {
            against.add("default_deny");
        }
        String host = envelope.destination();
        if (document.destinations().deny().stream().anyMatch(p -> host(p, host))) {
            against.add("destinations.deny");
        } else if (Objects.requireNonNull(document.destinations().allow()).stream()
                .noneMatch(p -> host(p, host))) {
            against.add("destinations.allow");
        }
        if (!Objects.requireNonNull(document.dataClasses()).containsAll(envelope.dataClasses())) {
            against.add("data_classes");
        }
        String model = envelope.model();
        if (model != null && Objects.requireNonNull(document.models()).stream().noneMatch(p -> glob(p, model))) {
            against.add("models");
        }
        if (against.isEmpty()) {
            return List.of("allowed", infavour.getFirst());
        }
        against.addFirst("denied");
        return against;
    }

    private static boolean in(@Nullable List<String> selected, String value) {
        return selected == null || selected.contains(value);
    }

    private static boolean operation(String pattern, String operation) {
        return glob(pattern, operation);
    }

    private static boolean host(String pattern, String host) {
        return pattern.startsWith("*.")
                ? host.endsWith(pattern.substring(1)) && host.length() > pattern.length() - 1
                : glob(pattern, host);
    }

    private static boolean glob(String pattern, String value) {
        return pattern.endsWith("*")
                ? value.startsWith(pattern.substring(0, pattern.length() - 1))
                : value.equals(pattern);
    }

    private PolicyDocument document() {
        List<Rule> rules = new ArrayList<>();
        int size = random.nextInt(12);
        for (int i = 0; i < size; i++) {
            rules.add(rule("r" + i));
        }
        return new PolicyDocument(
                rules,
                new Destinations(
                        some(HOST_PATTERNS, 3),
                        random.nextInt(3) == 0 ? some(HOST_PATTERNS, 1) : List.of(),
                        null,
                        null),
                some(DATA, 4),
                some(List.of("*", "m", "m-*", "n-1"), 2),
                null,
                null);
    }

    private Rule rule(String id) {
        return new Rule(
                id,
                random.nextInt(4) == 0 ? "deny" : "allow",
                listOf(1 + random.nextInt(2), this::pattern),
                optional(List.of("read", "write", "high_risk")),
                optional(CLASSES),
                optional(ZONES),
                null,
                null,
                null,
                null,
                null,
                null,
                random.nextBoolean() ? null : "because");
    }

    private String pattern() {
        return switch (random.nextInt(6)) {
            case 0 -> "*";
            case 1, 2 -> one(NAMES) + ".*";
            case 3 -> one(NAMES) + "." + one(NAMES) + ".*";
            default -> operation();
        };
    }

    private String operation() {
        return random.nextInt(3) == 0
                ? one(NAMES) + "." + one(NAMES) + "." + one(VERBS)
                : one(NAMES) + "." + one(VERBS);
    }

    private ActionEnvelope envelope() {
        return Envelopes.of(
                operation(),
                one(List.of(Effect.values())),
                one(CLASSES),
                one(ZONES),
                one(HOSTS),
                some(DATA, 1),
                random.nextInt(4) == 0 ? one(MODELS) : null);
    }

    private @Nullable List<String> optional(List<String> from) {
        return random.nextInt(3) > 0 ? null : List.of(one(from));
    }

    private <T> T one(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private List<String> some(List<String> from, int most) {
        return listOf(random.nextInt(most + 1), () -> one(from));
    }

    private static <T> List<T> listOf(int size, Supplier<T> each) {
        return java.util.stream.Stream.generate(each).limit(size).toList();
    }
}
