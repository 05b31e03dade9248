package policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Rule;
import tenancy.ActionEnvelope;
import tenancy.Effect;

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
            CompiledPolicy policy = CompiledPolicy.of("p", 1, document(rules));
            measure(rules, "allowed", policy, envelopes(rules, "update"));
            measure(rules, "denied", policy, envelopes(rules, "delete"));
        }
    }

    /** One rule in 16 speaks of all below a system, one in 100 (at most 10) of everything; the rest are exact. */
    private static PolicyDocument document(int size) {
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
                    return Envelopes.of(
                            system + ".record_" + i % 8 + "." + verb,
                            Effect.WRITE,
                            "support",
                            "internal",
                            "acme.zendesk.test",
                            List.of("internal"),
                            null);
                })
                .toArray(ActionEnvelope[]::new);
    }

    private static void measure(int rules, String what, CompiledPolicy policy, ActionEnvelope[] envelopes) {
        long[] nanos = new long[BATCHES];
        long sink = 0;
        for (int round = 0; round < 2; round++) {
            for (int batch = 0; batch < BATCHES; batch++) {
                long start = System.nanoTime();
                for (int i = 0; i < BATCH; i++) {
                    sink += policy.decide(envelopes[(batch * BATCH + i) & 1_023])
                            .reasons()
                            .size();
                }
                nanos[batch] = (System.nanoTime() - start) / BATCH;
            }
        }
        Arrays.sort(nanos);
        long denied = Arrays.stream(envelopes)
                .filter(envelope -> policy.decide(envelope) instanceof Verdict.Denied)
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
