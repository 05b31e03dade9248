package policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import policy.PolicyDocument.Approvers;
import policy.PolicyDocument.Choice;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Question;
import policy.PolicyDocument.Rule;
import tenancy.ActionEnvelope;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Effect;
import tenancy.Estimate;
import tenancy.RunId;
import tenancy.Target;
import tenancy.TenantId;
import tenancy.WorkspaceId;

/** Documents and envelopes over a vocabulary so small that they often meet; the same seed makes the same ones. */
final class RandomPolicies {

    /** Conditions, with what they say of an envelope in plain Java; null: it cannot be told. */
    static final Map<String, Function<ActionEnvelope, @Nullable Boolean>> CONDITIONS = conditions();

    private static final List<String> NAMES = List.of("crm", "mail", "ticket");
    private static final List<String> VERBS = List.of("read", "update", "send");
    private static final List<String> HOSTS =
            List.of("a.test", "x.a.test", "y.x.a.test", "b.test", "xa.test", "10.1.2.3", "11.1.2.3", "[2001:db8::1]");
    private static final List<String> HOST_PATTERNS =
            List.of("*", "*", "a.test", "*.a.test", "*.x.a.test", "b.test", "10.0.0.0/8", "2001:db8::/32");
    private static final List<String> CLASSES = List.of("support", "sales");
    private static final List<String> ZONES = List.of("internal", "untrusted");
    private static final List<String> WORKSPACES = List.of("ws_1", "ws_2");
    private static final List<String> SYSTEMS = List.of("zendesk", "hubspot");
    private static final List<String> DATA = List.of("public", "internal", "pii");
    private static final List<String> DOMAINS = List.of("a.test", "x.a.test", "b.test");
    private static final List<String> MODELS = List.of("m", "m-1", "n-1");
    private static final List<String> ARGUMENTS =
            List.of("{}", "{\"amount\":5}", "{\"amount\":50}", "{\"amount\":\"much\"}");
    private static final TenantId ACME = new TenantId("tenant_acme");

    private final Random random;

    RandomPolicies(long seed) {
        this.random = new Random(seed);
    }

    boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** Documents by name: a profile, and some of the layers around it. */
    Map<String, PolicyDocument> documents() {
        Map<String, PolicyDocument> documents = new LinkedHashMap<>();
        for (String layer : List.of("layer:platform", "layer:posture", "layer:tenant", "layer:workspace:ws_1")) {
            if (oneIn(3)) {
                documents.put(layer, document(false));
            }
        }
        documents.put("p", document(true));
        return documents;
    }

    PolicyDocument document(boolean profile) {
        List<Rule> rules = new ArrayList<>();
        int size = profile ? random.nextInt(16) : random.nextInt(4);
        for (int i = 0; i < size; i++) {
            rules.add(rule("r" + i, profile ? effect() : restriction()));
        }
        return new PolicyDocument(
                rules,
                new Destinations(
                        said(profile) ? some(HOST_PATTERNS, 4) : null,
                        oneIn(4) ? some(HOST_PATTERNS, 1) : List.of(),
                        oneIn(3) ? choice(SYSTEMS) : null,
                        said(profile) ? choice(List.of("*", "*", "a.test", "*.a.test", "b.test")) : null),
                said(profile) ? some(DATA, 5) : null,
                said(profile) ? some(List.of("*", "m", "m-*", "n-1"), 3) : null,
                oneIn(3) ? Map.of(one(List.of("*", "m", "m-*")), (long) below(100), "n-1", 50L) : Map.of(),
                null);
    }

    Rule rule(String id, String effect) {
        return new Rule(
                id,
                effect,
                listOf(1 + random.nextInt(2), this::pattern),
                optional(List.of("read", "write", "high_risk")),
                optional(CLASSES),
                optional(ZONES),
                optional(WORKSPACES),
                optional(SYSTEMS),
                oneIn(4) ? one(List.copyOf(CONDITIONS.keySet())) : null,
                effect.equals("require_approval")
                        ? new Approvers(List.of("approver"), 1 + random.nextInt(2), oneIn(2) ? "PT1H" : null)
                        : null,
                effect.equals("require_check")
                        ? new Question("guard", "classify", null, Map.of("text", "arguments"), "result.clean")
                        : null,
                null,
                oneIn(2) ? null : "because");
    }

    ActionEnvelope envelope() {
        return new ActionEnvelope(
                new ActionId(ACME, "act_1"),
                new WorkspaceId(ACME, one(WORKSPACES)),
                new AgentId(ACME, "a1"),
                one(CLASSES),
                one(ZONES),
                new RunId(ACME, "wr_1"),
                "p",
                "gold",
                operation(),
                one(List.of(Effect.values())),
                new Target(one(SYSTEMS), Map.of()),
                one(HOSTS),
                one(ARGUMENTS),
                some(DATA, 1),
                oneIn(4) ? one(MODELS) : null,
                oneIn(3) ? some(DOMAINS, 2).stream().distinct().toList() : List.of(),
                new Estimate(100, below(100), below(3) * 1_000L, 0));
    }

    private static Map<String, Function<ActionEnvelope, @Nullable Boolean>> conditions() {
        Map<String, Function<ActionEnvelope, @Nullable Boolean>> conditions = new LinkedHashMap<>();
        conditions.put("arguments.amount > 10", envelope -> {
            String arguments = envelope.arguments();
            return arguments.endsWith("\":5}") ? Boolean.FALSE : arguments.endsWith("50}") ? true : null;
        });
        conditions.put("has(arguments.amount)", envelope -> envelope.arguments().contains("amount"));
        conditions.put(
                "price > 1000 || tokens > 50",
                envelope -> envelope.estimate().microUnits() > 1000
                        || envelope.estimate().tokens() > 50);
        conditions.put(
                "recipients.exists(r, r == 'b.test')",
                envelope -> envelope.recipients().contains("b.test"));
        conditions.put(
                "operation.startsWith('crm.') && agent_class == 'support'",
                envelope -> envelope.operation().startsWith("crm.")
                        && envelope.agentClass().equals("support"));
        conditions.put("model.startsWith('m')", envelope -> {
            String model = envelope.model();
            return model == null ? null : model.startsWith("m");
        });
        conditions.put(
                "operation.matches('update$')", envelope -> envelope.operation().endsWith("update"));
        return conditions;
    }

    private boolean said(boolean profile) {
        return profile ? !oneIn(12) : oneIn(5);
    }

    private String effect() {
        return switch (random.nextInt(10)) {
            case 0 -> "deny";
            case 1 -> "require_approval";
            case 2 -> "require_check";
            default -> "allow";
        };
    }

    private String restriction() {
        return one(List.of("deny", "require_approval", "require_check"));
    }

    private Choice choice(List<String> from) {
        return new Choice(oneIn(4) ? null : some(from, 3), oneIn(4) ? some(from.subList(1, from.size()), 1) : null);
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
        return oneIn(3) ? one(NAMES) + "." + one(NAMES) + "." + one(VERBS) : one(NAMES) + "." + one(VERBS);
    }

    private @Nullable List<String> optional(List<String> from) {
        return oneIn(4) ? List.of(one(from)) : null;
    }

    private <T> T one(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private List<String> some(List<String> from, int most) {
        return listOf(random.nextInt(most + 1), () -> one(from));
    }

    private static <T> List<T> listOf(int size, Supplier<T> each) {
        return Stream.generate(each).limit(size).toList();
    }
}
