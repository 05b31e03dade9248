package journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Each tenant's own numbering, 1, 2, 3 … without gaps. The last numbers are remembered and advance only after a commit;
 * whatever fails makes them forgotten and read again. The primary key of the events guards against everyone else.
 *
 * <p>Used by the writer's thread alone.
 */
final class TenantSequences {

    private static final int MOST_REMEMBERED = 100_000;
    private static final String LAST_NUMBERS = """
        select tenant, coalesce((select tenant_seq from journal.event where tenant_id = tenant
            order by tenant_seq desc limit 1), 0)
        from unnest(?::text[]) tenant\
        """;

    private final LinkedHashMap<String, Long> last = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /** Where the tenants of this group stand; one query for all that are not remembered. */
    Map<String, Long> before(Connection connection, List<Append> group) throws SQLException {
        Map<String, Long> numbers = HashMap.newHashMap(group.size());
        Set<String> missing = new LinkedHashSet<>();
        for (Append append : group) {
            Long number = last.get(append.tenant());
            if (number == null) {
                missing.add(append.tenant());
            } else {
                numbers.put(append.tenant(), number);
            }
        }
        if (!missing.isEmpty()) {
            try (var statement = connection.prepareStatement(LAST_NUMBERS)) {
                statement.setArray(1, connection.createArrayOf("text", missing.toArray(String[]::new)));
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        numbers.put(rows.getString(1), rows.getLong(2));
                    }
                }
            }
        }
        return numbers;
    }

    void committed(Map<String, Long> after) {
        last.putAll(after);
    }

    void forget(List<Append> group) {
        group.forEach(append -> last.remove(append.tenant()));
    }
}
