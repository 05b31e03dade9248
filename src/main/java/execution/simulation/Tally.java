package execution.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import policy.Verdict;

/** What a draft changes, counted; as large after a million decisions as after a thousand. */
final class Tally {

    private static final int MOST_DISTINCT = 1_000;
    private static final int MOST_SHOWN = 50;
    private static final String OTHERS = "(others)";

    private final int examples;
    private final Map<String, Group> groups = new TreeMap<>();
    private long decided;
    private long changed;
    private long microUnits;
    private long toolCalls;

    /** @param examples most action ids named for each kind of change */
    Tally(int examples) {
        this.examples = examples;
    }

    /** @param key what they have in common */
    record Share(String key, long decisions) {}

    /**
     * Decisions that would come out alike, and came out alike.
     *
     * @param microUnits estimated money of the actions behind them
     * @param byRule the rule of the draft that speaks first
     * @param examples ids of some of the actions
     */
    record Change(
            String from,
            String to,
            long decisions,
            long microUnits,
            List<Share> byAgent,
            List<Share> byOperation,
            List<Share> byRule,
            List<String> examples) {}

    /**
     * What would be spent more, or less where negative, by the estimates of what was asked for then.
     *
     * @param toolCalls actions that would have been admitted and were not, less those that would not and were
     */
    record Spend(long microUnits, long toolCalls) {}

    /** @param decisions how many were decided again */
    record Result(long decisions, long changed, List<Change> changes, Spend spend) {}

    void count(PastDecision past, Verdict now) {
        decided++;
        String word = now.word();
        if (word.equals(past.verdict())) {
            return;
        }
        changed++;
        groups.computeIfAbsent(past.verdict() + " " + word, key -> new Group(past.verdict(), word))
                .count(past, now);
        long price = past.envelope().estimate().microUnits();
        if (past.admitted() && now instanceof Verdict.Denied) {
            microUnits -= price;
            toolCalls--;
        } else if (past.verdict().equals(PastDecision.DENIED) && now instanceof Verdict.Allowed) {
            microUnits += price;
            toolCalls++;
        }
    }

    /** How many were decided again so far. */
    long decided() {
        return decided;
    }

    Result result() {
        return new Result(
                decided,
                changed,
                groups.values().stream().map(Group::change).toList(),
                new Spend(microUnits, toolCalls));
    }

    private final class Group {

        private final String from;
        private final String to;
        private final Map<String, Long> agents = new HashMap<>();
        private final Map<String, Long> operations = new HashMap<>();
        private final Map<String, Long> rules = new HashMap<>();
        private final List<String> some = new ArrayList<>();
        private long decisions;
        private long money;

        Group(String from, String to) {
            this.from = from;
            this.to = to;
        }

        void count(PastDecision past, Verdict now) {
            decisions++;
            money += past.envelope().estimate().microUnits();
            add(agents, past.envelope().agent().key());
            add(operations, past.envelope().operation());
            add(rules, now.reasons().getFirst().rule());
            if (some.size() < examples) {
                some.add(past.envelope().action().key());
            }
        }

        Change change() {
            return new Change(
                    from, to, decisions, money, shares(agents), shares(operations), shares(rules), List.copyOf(some));
        }
    }

    private static void add(Map<String, Long> counts, String key) {
        counts.merge(counts.size() < MOST_DISTINCT || counts.containsKey(key) ? key : OTHERS, 1L, Long::sum);
    }

    private static List<Share> shares(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .map(entry -> new Share(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong(Share::decisions).reversed().thenComparing(Share::key))
                .limit(MOST_SHOWN)
                .toList();
    }
}
