package tenancy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.axonframework.eventhandling.EventMessage;

/**
 * Rows of one statement that follow from some of a module's events.
 *
 * @param table the table they are in
 * @param keyLength how many leading values name the row
 * @param constraints unique constraints whose violation means: decide again
 * @param mapping an event's rows; most events have none
 * @param changes by the name of another bean: how a row of this one changes a row of that one
 */
public record EventRows(
        String name,
        String table,
        String statement,
        List<String> types,
        int keyLength,
        Set<String> constraints,
        Function<EventMessage<?>, List<Object[]>> mapping,
        Map<String, BiConsumer<Object[], Object[]>> changes)
        implements InlineRows {

    private static final int TENANT_AND_KEY = 2;

    /** Rows named by tenant and key. */
    public EventRows(
            String name,
            String table,
            String statement,
            List<String> types,
            Set<String> constraints,
            Function<EventMessage<?>, List<Object[]>> mapping) {
        this(name, table, statement, types, TENANT_AND_KEY, constraints, mapping, Map.of());
    }

    /** Rows named by tenant and key; none of them can be in the way of another. */
    public EventRows(
            String name,
            String table,
            String statement,
            List<String> types,
            Function<EventMessage<?>, List<Object[]>> mapping) {
        this(name, table, statement, types, Set.of(), mapping);
    }

    /** The same rows, named by so many leading values. */
    public EventRows withKey(int length) {
        return new EventRows(name, table, statement, types, length, constraints, mapping, changes);
    }

    /**
     * The same rows, which can be part of another bean's row of the same commit.
     *
     * @param first the name of the other bean
     * @param change changes its values, the first, by these, the second
     */
    public EventRows onto(String first, BiConsumer<Object[], Object[]> change) {
        var more = new HashMap<>(changes);
        more.put(first, change);
        return new EventRows(name, table, statement, types, keyLength, constraints, mapping, Map.copyOf(more));
    }

    @Override
    public boolean onto(InlineRows first, Object[] row, Object[] later) {
        BiConsumer<Object[], Object[]> change = changes.get(first.name());
        if (change == null) {
            return false;
        }
        change.accept(row, later);
        return true;
    }

    @Override
    public List<Object[]> rows(EventMessage<?> event) {
        return mapping.apply(event);
    }

    @Override
    public boolean owns(String constraint) {
        return constraints.contains(constraint);
    }
}
