package tenancy;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.axonframework.eventhandling.EventMessage;

/**
 * Rows of one statement that follow from some of a module's events.
 *
 * @param table the table they are in
 * @param constraints unique constraints whose violation means: decide again
 * @param mapping an event's rows; most events have none
 */
public record EventRows(
        String name,
        String table,
        String statement,
        List<String> types,
        Set<String> constraints,
        Function<EventMessage<?>, List<Object[]>> mapping)
        implements InlineRows {

    @Override
    public List<Object[]> rows(EventMessage<?> event) {
        return mapping.apply(event);
    }

    @Override
    public boolean owns(String constraint) {
        return constraints.contains(constraint);
    }
}
