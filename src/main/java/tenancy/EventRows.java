package tenancy;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.axonframework.eventhandling.EventMessage;

/**
 * Rows of one statement that follow from some of a module's events.
 *
 * @param table the table they are in
 * @param keyLength how many leading values name the row
 * @param constraints unique constraints whose violation means: decide again
 * @param mapping an event's rows; most events have none
 */
public record EventRows(
        String name,
        String table,
        String statement,
        List<String> types,
        int keyLength,
        Set<String> constraints,
        Function<EventMessage<?>, List<Object[]>> mapping)
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
        this(name, table, statement, types, TENANT_AND_KEY, constraints, mapping);
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
        return new EventRows(name, table, statement, types, length, constraints, mapping);
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
