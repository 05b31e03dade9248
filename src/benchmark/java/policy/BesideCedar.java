package policy;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.model.AuthorizationRequest;
import com.cedarpolicy.model.entity.Entity;
import com.cedarpolicy.model.policy.Policy;
import com.cedarpolicy.model.policy.PolicySet;
import com.cedarpolicy.value.EntityTypeName;
import com.cedarpolicy.value.EntityUID;
import com.cedarpolicy.value.PrimLong;
import com.cedarpolicy.value.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Rule;
import tenancy.ActionEnvelope;

/**
 * The same rules asked the same questions, here and by Cedar, in one run. Our own timing and not JMH's: its licence is not
 * among those that the project takes. Run its main method.
 *
 * <p>Every rule speaks of one operation; the first five deny where an amount is too large. Cedar is called through its
 * Java library, so its time includes the way into native code and back; its policy set is parsed once and kept.
 */
final class BesideCedar {

    private static final int QUESTIONS = 64;
    private static final int CONDITIONS = 5;

    private BesideCedar() {}

    public static void main(String[] args) throws Exception {
        System.out.println("| rules | asked of | engine | p50 ns | p99 ns | p50 of ours |");
        System.out.println("|---|---|---|---|---|---|");
        for (int rules : new int[] {32, 10_000}) {
            CompiledPolicy ours = CompiledPolicy.of("p", 1, document(rules));
            Cedar cedar = new Cedar(rules);
            for (boolean conditions : new boolean[] {false, true}) {
                ActionEnvelope[] envelopes = new ActionEnvelope[QUESTIONS];
                for (int i = 0; i < QUESTIONS; i++) {
                    envelopes[i] =
                            Envelopes.with(asked(i, conditions), "crm.test", "{\"amount\":12}", null, 0, List.of());
                }
                String of = conditions ? "a rule with a condition" : "a plain rule";
                long[] own = measure(400_000, i -> ours.decide(envelopes[i % QUESTIONS]) instanceof Verdict.Allowed);
                print(rules, of, "Firebreak", own, own);
                print(rules, of, "Cedar", cedar.ask(rules > 1_000 ? 400 : 20_000, conditions), own);
            }
        }
    }

    private static String asked(int question, boolean conditions) {
        return operation(conditions ? question % CONDITIONS : CONDITIONS + question % (32 - CONDITIONS));
    }

    /** The same rules as Cedar's. */
    private static final class Cedar {

        private final BasicAuthorizationEngine engine = new BasicAuthorizationEngine();
        private final PolicySet set;

        Cedar(int rules) throws Exception {
            set = new PolicySet(policies(rules));
            set.cache();
        }

        long[] ask(int times, boolean conditions) {
            EntityUID agent = EntityTypeName.parse("Agent").orElseThrow().of("support_triage_v4");
            EntityUID system = EntityTypeName.parse("System").orElseThrow().of("crm");
            Map<String, Value> context = Map.of("amount", new PrimLong(12));
            AuthorizationRequest[] requests = new AuthorizationRequest[QUESTIONS];
            for (int i = 0; i < QUESTIONS; i++) {
                EntityUID action = EntityTypeName.parse("Action").orElseThrow().of(asked(i, conditions));
                requests[i] = new AuthorizationRequest(agent, action, system, context);
            }
            Set<Entity> entities = Set.of();
            return measure(times, i -> {
                try {
                    return engine.isAuthorized(requests[i % QUESTIONS], set, entities)
                            .success
                            .orElseThrow()
                            .isAllowed();
                } catch (Exception failed) {
                    throw new IllegalStateException(failed);
                }
            });
        }
    }

    private static Set<Policy> policies(int rules) {
        Set<Policy> policies = new HashSet<>();
        for (int i = 0; i < rules; i++) {
            policies.add(new Policy(
                    "permit(principal, action == Action::\"%s\", resource);".formatted(operation(i)), "allow_" + i));
        }
        for (int i = 0; i < CONDITIONS; i++) {
            policies.add(new Policy(
                    "forbid(principal, action == Action::\"%s\", resource) when { context.amount > 1000 };"
                            .formatted(operation(i)),
                    "deny_" + i));
        }
        return policies;
    }

    private static PolicyDocument document(int size) {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            rules.add(rule("allow_" + i, "allow", i, null));
        }
        for (int i = 0; i < CONDITIONS; i++) {
            rules.add(rule("deny_" + i, "deny", i, "arguments.amount > 1000"));
        }
        return new PolicyDocument(
                rules,
                new Destinations(List.of("crm.test"), List.of(), null, null),
                List.of("public", "internal"),
                List.of(),
                null,
                null);
    }

    private static Rule rule(String id, String effect, int i, @org.jspecify.annotations.Nullable String when) {
        return new Rule(id, effect, List.of(operation(i)), null, null, null, null, null, when, null, null, null, null);
    }

    private static String operation(int i) {
        return "system_" + i / 8 + ".record_" + i % 8;
    }

    /** Nanoseconds of each question, sorted; half as many are asked before, to warm up. */
    private static long[] measure(int questions, IntPredicate allowed) {
        long[] nanos = new long[questions];
        for (int i = 0; i < questions / 2; i++) {
            mustBe(allowed.test(i));
        }
        for (int i = 0; i < questions; i++) {
            long start = System.nanoTime();
            boolean answer = allowed.test(i);
            nanos[i] = System.nanoTime() - start;
            mustBe(answer);
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private static void mustBe(boolean allowed) {
        if (!allowed) {
            throw new IllegalStateException("What is allowed was denied");
        }
    }

    private static void print(int rules, String of, String engine, long[] nanos, long[] ours) {
        System.out.printf(
                "| %,d | %s | %s | %,d | %,d | %,.0f |%n",
                rules,
                of,
                engine,
                nanos[nanos.length / 2],
                nanos[(int) (nanos.length * 0.99)],
                (double) nanos[nanos.length / 2] / ours[ours.length / 2]);
    }
}
