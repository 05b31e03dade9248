package policy;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rules of one effect, indexed by operation: a decision looks only at those that can apply. */
final class Selector {

    private static final String ANY = "";

    /** Keyed by what the pattern pins: the name itself, {@code crm.} for {@code crm.*}, nothing for {@code *}. */
    private final Map<String, Candidate[]> byOperation = new HashMap<>();

    /** @param rules in document order */
    Selector(List<Candidate> rules) {
        Map<String, Stream.Builder<Candidate>> buckets = new HashMap<>();
        for (Candidate rule : rules) {
            for (String pattern : Set.copyOf(rule.operations())) {
                buckets.computeIfAbsent(key(pattern), k -> Stream.builder()).add(rule);
            }
        }
        buckets.forEach((key, bucket) -> byOperation.put(key, bucket.build().toArray(Candidate[]::new)));
    }

    boolean isEmpty() {
        return byOperation.isEmpty();
    }

    /** The first rule of the document that matches. */
    @Nullable
    Candidate first(Facts facts) {
        if (byOperation.isEmpty()) {
            return null;
        }
        String operation = facts.envelope().operation();
        Candidate best = firstIn(ANY, facts, null);
        best = firstIn(operation, facts, best);
        for (int dot = operation.indexOf('.'); dot >= 0; dot = operation.indexOf('.', dot + 1)) {
            best = firstIn(operation.substring(0, dot + 1), facts, best);
        }
        return best;
    }

    /** All rules that match, in document order. */
    SortedSet<Candidate> all(Facts facts) {
        SortedSet<Candidate> found = about(facts);
        found.removeIf(rule -> !rule.matches(facts));
        return found;
    }

    /** All rules that speak of the operation, in document order, whatever else they say. */
    SortedSet<Candidate> about(Facts facts) {
        SortedSet<Candidate> found = new TreeSet<>(Comparator.comparingInt(Candidate::place));
        String operation = facts.envelope().operation();
        addAll(ANY, found);
        addAll(operation, found);
        for (int dot = operation.indexOf('.'); dot >= 0; dot = operation.indexOf('.', dot + 1)) {
            addAll(operation.substring(0, dot + 1), found);
        }
        return found;
    }

    private @Nullable Candidate firstIn(String key, Facts facts, @Nullable Candidate best) {
        Candidate[] bucket = byOperation.get(key);
        if (bucket != null) {
            for (Candidate rule : bucket) {
                if (best != null && best.place() <= rule.place()) {
                    return best;
                }
                if (rule.matches(facts)) {
                    return rule;
                }
            }
        }
        return best;
    }

    private void addAll(String key, SortedSet<Candidate> found) {
        Candidate[] bucket = byOperation.get(key);
        if (bucket != null) {
            found.addAll(List.of(bucket));
        }
    }

    private static String key(String pattern) {
        return pattern.endsWith("*") ? pattern.substring(0, pattern.length() - 1) : pattern;
    }
}
