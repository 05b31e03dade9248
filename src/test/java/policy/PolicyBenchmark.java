package policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Rule;
import tenancy.ActionEnvelope;

/**
 * What one decision costs, by the number of rules. Run its main method; it is no test.
 *
 * <p>Percentiles are over means of short batches: a clock reading costs a third of what is measured.
 */
final class PolicyBenchmark {

    private static final int BATCH = 20;
    private static final int BATCHES = 200_000;

    private PolicyBenchmark() {}

    public static void main(String[] args) {
        System.out.println("| rules | decisions | p50 ns | p99 ns | p99.9 ns |");
        System.out.println("|---|---|---|---|---|");
        for (int rules : new int[] {32, 1_000, 10_000}) {
            for (int conditions : new int[] {0, 5}) {
                CompiledPolicy policy = CompiledPolicy.of("p", 1, document(rules, conditions));
                String with = conditions == 0 ? "" : ", " + conditions + " conditions";
                measure(rules, "allowed" + with, policy, List.of(), envelopes(rules, "update"));
                measure(rules, "denied" + with, policy, List.of(), envelopes(rules, "delete"));
                measure(rules, "allowed, all layers" + with, policy, layers(), envelopes(rules, "update"));
            }
        }
    }

    /** Five documents around the profile, each with a few rules that select and do not apply. */
    private static List<CompiledPolicy> layers() {
        return java.util.stream.Stream.of(
                        "layer:platform",
                        "layer:posture",
                        "layer:tenant",
                        "layer:workspace:ws_support",
                        "layer:agent_class:support")
                .map(name -> CompiledPolicy.of(
                        name,
                        1,
                        new PolicyDocument(
                                List.of(
                                        restriction("no_high_risk", "*", "high_risk", null),
                                        restriction("no_mail", "mail.*", "write", "price > 1000"),
                                        restriction("no_delete", "crm.delete", "write", null)),
                                new Destinations(null, List.of("evil.test"), null, null),
                                List.of("public", "internal"),
                                null,
                                null,
                                null)))
                .toList();
    }

    private static Rule restriction(
            String id, String operation, String effect, @org.jspecify.annotations.Nullable String when) {
        return new Rule(
                id, "deny", List.of(operation), List.of(effect), null, null, null, null, when, null, null, null, null);
    }

    /**
     * One rule in 16 speaks of all below a system, one in 100 (at most 10) of everything; the rest are exact. One
     * condition speaks of everything, the others of what the rule speaks of.
     */
    private static PolicyDocument document(int size, int conditions) {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            String system = "system_" + i % Math.max(1, size / 8);
            String operation = i % 16 == 0
                    ? system + ".*"
                    : i % 100 == 99 && i < 1_000 ? "*" : system + ".record_" + i % 8 + "." + verb(i);
            boolean deny = i % 16 != 0 && i % 3 == 0 || operation.equals("*");
            rules.add(new Rule(
                    "rule_" + i,
                    deny ? "deny" : "allow",
                    List.of(operation),
                    operation.equals("*") ? List.of("high_risk") : null,
                    i % 5 == 0 ? List.of("support", "sales") : null,
                    deny ? List.of("untrusted") : null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null));
        }
        for (int i = 0; i < conditions; i++) {
            String operation = i == 0 ? "*" : "system_" + i % Math.max(1, size / 8) + ".record_" + i + ".update";
            rules.set(3 * i + 1, restriction("when_" + i, operation, "write", "arguments.amount > 1000 && price >= 0"));
        }
        return new PolicyDocument(
                rules,
                new Destinations(List.of("*.zendesk.test", "crm.test"), List.of("evil.test"), null, null),
                List.of("public", "internal"),
                List.of(),
                null,
                null);
    }

    private static String verb(int i) {
        return i % 7 == 0 ? "read" : "update";
    }

    private static ActionEnvelope[] envelopes(int size, String verb) {
        var random = new Random(1);
        return java.util.stream.IntStream.range(0, 1_024)
                .mapToObj(i -> {
                    int target = random.nextInt(size) / 16 * 16;
                    String system = verb.equals("delete") ? "nothing_" + i : "system_" + target % Math.max(1, size / 8);
                    return Envelopes.with(
                            system + ".record_" + i % 8 + "." + verb,
                            "acme.zendesk.test",
                            "{\"amount\":12,\"status\":\"solved\",\"text\":\"Dear customer\"}",
                            null,
                            0,
                            List.of());
                })
                .toArray(ActionEnvelope[]::new);
    }

    private static void measure(
            int rules, String what, CompiledPolicy policy, List<CompiledPolicy> layers, ActionEnvelope[] envelopes) {
        long[] nanos = new long[BATCHES];
        long sink = 0;
        for (int round = 0; round < 2; round++) {
            for (int batch = 0; batch < BATCHES; batch++) {
                long start = System.nanoTime();
                for (int i = 0; i < BATCH; i++) {
                    sink += policy.decide(envelopes[(batch * BATCH + i) & 1_023], layers)
                            .reasons()
                            .size();
                }
                nanos[batch] = (System.nanoTime() - start) / BATCH;
            }
        }
        Arrays.sort(nanos);
        long denied = Arrays.stream(envelopes)
                .filter(envelope -> policy.decide(envelope, layers) instanceof Verdict.Denied)
                .count();
        System.out.printf(
                "| %,d | %s (%d of %d denied) | %d | %d | %d |%n",
                rules,
                what,
                denied,
                envelopes.length,
                nanos[BATCHES / 2],
                nanos[(int) (BATCHES * 0.99)],
                nanos[(int) (BATCHES * 0.999)]);
        if (sink == 0) {
            throw new IllegalStateException("Nothing was decided");
        }
    }
}
