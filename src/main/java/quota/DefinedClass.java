package quota;

/**
 * A quota class as it is in force.
 *
 * @param version how often it was defined or changed, so that an older copy never replaces a newer one
 */
record DefinedClass(String name, Limits limits, long version) {}
