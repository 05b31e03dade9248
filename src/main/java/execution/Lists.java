package execution;

import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions of lists: equal to what was asked for, where something was. */
final class Lists {

    private Lists() {}

    /** @param pairs column and wanted value in turn; a null value asks for nothing */
    static List<Predicate> equal(Root<?> row, CriteriaBuilder sql, @Nullable String... pairs) {
        List<Predicate> all = new ArrayList<>();
        for (int at = 0; at < pairs.length; at += 2) {
            String column = pairs[at];
            String wanted = pairs[at + 1];
            if (column != null && wanted != null) {
                all.add(sql.equal(row.get(column), wanted));
            }
        }
        return all;
    }
}
