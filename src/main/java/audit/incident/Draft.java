package audit.incident;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A sentence whose events are not looked up yet.
 *
 * @param own sequences in the tenant's journal
 * @param others sequences in other tenants' journals, told to operators alone
 */
record Draft(String text, Map<String, Object> figures, List<Long> own, Map<String, List<Long>> others) {

    static Draft of(String text, Map<String, Object> figures, long... own) {
        return new Draft(
                text,
                figures,
                Arrays.stream(own)
                        .filter(sequence -> sequence > 0)
                        .distinct()
                        .boxed()
                        .toList(),
                Map.of());
    }

    Draft with(Map<String, List<Long>> inOthers) {
        return new Draft(text, figures, own, inOthers);
    }

    /** Names and numbers in this order; what is null is left out. */
    static Map<String, Object> figures(Object... namesAndValues) {
        Map<String, Object> figures = new LinkedHashMap<>();
        for (int at = 0; at < namesAndValues.length; at += 2) {
            figures.put((String) namesAndValues[at], namesAndValues[at + 1]);
        }
        return figures;
    }
}
