package tenancy;

import java.util.List;

/**
 * The types of one module that are stored in the journal. Each is stored under a short logical name, its simple name in
 * {@code snake_case}, and never under its Java name, so that packages can be renamed.
 *
 * @param types sealed interfaces of events (their cases are taken), and aggregates whose state is snapshotted
 */
public record JournaledTypes(List<Class<?>> types) {

    public JournaledTypes {
        types = List.copyOf(types);
    }
}
