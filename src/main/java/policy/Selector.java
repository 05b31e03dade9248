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
import tenancy.ActionEnvelope;

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

    /** The first rule of the document that matches. */
    @Nullable
    Candidate first(ActionEnvelope envelope) {
        String operation = envelope.operation();
        Candidate best = firstIn(ANY, envelope, null);
        best = firstIn(operation, envelope, best);
        for (int dot = operation.indexOf('.'); dot >= 0; dot = operation.indexOf('.', dot + 1)) {
            best = firstIn(operation.substring(0, dot + 1), envelope, best);
        }
        return best;
    }

    /** All rules that match, in document order. */
    SortedSet<Candidate> all(ActionEnvelope envelope) {
        SortedSet<Candidate> found = new TreeSet<>(Comparator.comparingInt(Candidate::place));
        String operation = envelope.operation();
        allIn(ANY, envelope, found);
        allIn(operation, envelope, found);
        for (int dot = operation.indexOf('.'); dot >= 0; dot = operation.indexOf('.', dot + 1)) {
            allIn(operation.substring(0, dot + 1), envelope, found);
        }
        return found;
    }

    private @Nullable Candidate firstIn(String key, ActionEnvelope envelope, @Nullable Candidate best) {
        Candidate[] bucket = byOperation.get(key);
        if (bucket != null) {
            for (Candidate rule : bucket) {
                if (best != null && best.place() <= rule.place()) {
                    return best;
                }
                if (rule.matches(envelope)) {
                    return rule;
                }
            }
        }
        return best;
    }

    private void allIn(String key, ActionEnvelope envelope, SortedSet<Candidate> found) {
        Candidate[] bucket = byOperation.get(key);
        if (bucket != null) {
            for (Candidate rule : bucket) {
                if (rule.matches(envelope)) {
                    found.add(rule);
                }
            }
        }
    }

    private static String key(String pattern) {
        return pattern.endsWith("*") ? pattern.substring(0, pattern.length() - 1) : pattern;
    }
}
