package execution.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a connector says of an operation to people and policies, beside how it is called.
 *
 * @param shownToApprover what to show first, such as {@code arguments.amount}
 * @param dataClassesIn the only classes of data that it takes; absent where it takes any
 * @param dataClassesOut classes of data that its answers hold
 * @param reversible whether it can be undone; absent where nobody says
 */
public record Declared(
        List<String> shownToApprover,
        @Nullable List<String> dataClassesIn,
        List<String> dataClassesOut,
        @Nullable Boolean reversible) {

    /** Nothing is said. */
    public static final Declared NOTHING = new Declared(List.of(), null, List.of(), null);

    public Declared {
        shownToApprover = List.copyOf(shownToApprover);
        dataClassesIn = dataClassesIn == null ? null : List.copyOf(dataClassesIn);
        dataClassesOut = List.copyOf(dataClassesOut);
    }
}
