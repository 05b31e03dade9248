package quota;

/**
 * What came of one look at old reservations.
 *
 * @param expired how many were given back
 * @param after where the next look goes on
 * @param more whether there may be more that are old
 */
record Swept(int expired, int after, boolean more) {}
