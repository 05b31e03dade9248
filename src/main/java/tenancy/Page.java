package tenancy;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param nextCursor pass it back as {@code cursor} for what follows; null on the last page
 */
public record Page<T>(List<T> items, @Nullable String nextCursor) {

    public Page {
        items = List.copyOf(items);
    }

    /**
     * Cuts a page out of what was read.
     *
     * @param found up to {@code limit + 1} items in list order; the one too many says that there is more
     * @param key the value the list is ordered by, unique within the tenant
     */
    public static <T> Page<T> of(List<T> found, int limit, Function<T, String> key) {
        if (found.size() <= limit) {
            return new Page<>(found, null);
        }
        return of(found.subList(0, limit), true, key);
    }

    /** @param more whether anything follows the last of these */
    public static <T> Page<T> of(List<T> items, boolean more, Function<T, String> key) {
        return new Page<>(items, more ? Cursor.after(key.apply(items.getLast())) : null);
    }
}
