package execution.gateway;

import org.jspecify.annotations.Nullable;

/**
 * One difference between two descriptions of an operation, for people.
 *
 * @param in the member of the description that it is in, such as {@code argument_schema}
 * @param at JSON pointer below that member
 * @param before what was accepted, as text or JSON, cut if it is long; absent where there was nothing
 * @param after what it is now; absent where there is nothing any more
 */
public record Change(
        String in,
        String at,
        @Nullable String before,
        @Nullable String after) {}
