package execution.gateway;

/**
 * Something that was taken out of what a target answered.
 *
 * @param kind {@code leased_value}, or the kind of key it looks like, such as {@code private_key}
 * @param pointer where it stood; names of members that had to be taken out are not in it
 * @param count how often, there
 */
public record Redaction(String kind, String pointer, int count) {}
