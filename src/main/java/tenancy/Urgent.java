package tenancy;

/**
 * A command that goes before all others that wait in its tenant's lane: it is decided and committed next, however deep
 * the lane is. For what stops things, and for what has to be known to do so.
 */
public interface Urgent {}
