package quota;

import java.time.Instant;

/**
 * What came of one look at old reservations.
 *
 * @param expired how many were given back
 * @param after where the next look goes on
 * @param more whether there may be more that are old
 * @param dueAt when the next of those that are too young will be old; a lifetime from now if there is none
 */
record Swept(int expired, int after, boolean more, Instant dueAt) {}
