package policy;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import policy.HostilePolicies.Case;

/**
 * What the worst decisions cost: policies in all six layers whose conditions loop, compare, search and fail, asked about
 * arguments made for them. Time is that of the thread on its processor, so that whoever else uses the machine does not
 * count. Run its main method; the first argument is how many policies, any second one warms up as the start does.
 */
final class HostileDecisions {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 60;
    private static final int MOST_NAMED = 10;
    private static final long NANOS = 1_000;

    private HostileDecisions() {}

    /** One policy's median. */
    private record Measured(long median, String name) {}

    public static void main(String[] arguments) {
        long seed = 3;
        var random = new Random(seed);
        List<String> conditions = HostilePolicies.conditions();
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
            cases.add(HostilePolicies.mixed(random, conditions));
        }
        System.out.printf("seed %d, %d policies%n", seed, cases.size());
        if (arguments.length > 1) {
            WarmUp.decide();
        }
        print("first decision of each policy, the first ever of the process included", times(cases, 1));
        for (int round = 0; round < 2; round++) {
            long[] unused = times(cases, ROUNDS);
        }
        List<Measured> medians = new ArrayList<>();
        long[] warm = new long[cases.size() * ROUNDS];
        for (int i = 0; i < cases.size(); i++) {
            long[] own = times(List.of(cases.get(i)), ROUNDS);
            System.arraycopy(own, 0, warm, i * ROUNDS, ROUNDS);
            Arrays.sort(own);
            medians.add(new Measured(own[own.length / 2], cases.get(i).name()));
        }
        print("warm", warm);
        List<Case> more = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            more.add(HostilePolicies.mixed(random, conditions));
        }
        print("first decision of each of as many new policies", times(more, 1));
        medians.sort((one, other) -> Long.compare(other.median(), one.median()));
        medians.stream()
                .limit(MOST_NAMED)
                .forEach(each -> System.out.printf("%,8d us p50: %s%n", each.median() / NANOS, each.name()));
    }

    private static long[] times(List<Case> cases, int rounds) {
        long[] times = new long[cases.size() * rounds];
        int reasons = 0;
        for (int i = 0; i < times.length; i++) {
            Case hostile = cases.get(i % cases.size());
            long start = THREADS.getCurrentThreadCpuTime();
            reasons += hostile.decide().reasons().size();
            times[i] = THREADS.getCurrentThreadCpuTime() - start;
        }
        if (reasons == 0) {
            throw new IllegalStateException("Nothing was decided");
        }
        return times;
    }

    private static void print(String what, long[] times) {
        long[] sorted = times.clone();
        Arrays.sort(sorted);
        System.out.printf(
                "%,d decisions (%s): p50 %,d us, p99 %,d us, max %,d us of processor time; the very first %,d us%n",
                sorted.length,
                what,
                sorted[sorted.length / 2] / NANOS,
                sorted[(int) (sorted.length * 0.99)] / NANOS,
                sorted[sorted.length - 1] / NANOS,
                times[0] / NANOS);
    }
}
