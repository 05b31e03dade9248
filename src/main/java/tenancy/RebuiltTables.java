package tenancy;

import java.util.List;
import java.util.Set;

/**
 * Tables whose rows follow from events alone: they can be dropped and made again from the journal. A module names its own,
 * each once. Rows that are written with events come from {@link InlineRows}; rows that follow them, from the processing
 * group of the same name.
 *
 * @param name as operators know it; of a processing group, the group's
 * @param tables with their schema
 * @param types the events that the rows follow from; sealed interfaces stand for all their cases
 */
public record RebuiltTables(String name, Set<String> tables, List<Class<?>> types) {

    public RebuiltTables {
        tables = Set.copyOf(tables);
        types = List.copyOf(types);
    }
}
