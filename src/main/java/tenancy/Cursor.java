package tenancy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Where a list goes on: opaque to callers, the last key of the page before to us. */
public final class Cursor {

    private static final int LONGEST = 400;
    private static final int MOST_ITEMS = 200;

    private Cursor() {}

    static String after(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    /** The key to read after; empty for the first page. Refuses what was never handed out. */
    public static String key(@Nullable String cursor) {
        if (cursor == null) {
            return "";
        }
        try {
            if (cursor.length() <= LONGEST) {
                return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            }
        } catch (IllegalArgumentException notBase64) {
            throw unknown();
        }
        throw unknown();
    }

    /** Checks a page size, 1 to 200. */
    public static int limit(int limit) {
        if (limit < 1 || limit > MOST_ITEMS) {
            throw new InvalidField("/limit", "range", "must be 1 to " + MOST_ITEMS);
        }
        return limit;
    }

    private static InvalidField unknown() {
        return new InvalidField("/cursor", "unknown_cursor", "must be a next_cursor of an earlier page");
    }
}
