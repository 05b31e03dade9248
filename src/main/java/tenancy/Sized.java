package tenancy;

/**
 * An aggregate that holds what a caller sent, of whatever size a request may have. How many of them are kept in memory
 * depends on it.
 */
public interface Sized {

    /** Bytes of memory that its contents take, about, beside what every aggregate takes. */
    long bytes();
}
