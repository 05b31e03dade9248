package tenancy;

/**
 * A command on which the next ones in its lane may be decided while it is still being committed. All that it changes the next
 * ones see at once, in aggregates and in memory that a rollback sets right; whatever only its commit tells others is
 * nothing that a decision has to know.
 */
public interface Followed {}
