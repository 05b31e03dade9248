package policy;

import org.jspecify.annotations.Nullable;

/**
 * A document to publish, and why.
 *
 * @param mode {@code enforced} if left out
 */
record Publication(
        PolicyDocument document,
        @Nullable String comment,
        @Nullable Mode mode) implements PolicyBody {}
