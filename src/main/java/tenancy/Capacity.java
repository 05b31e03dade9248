package tenancy;

import java.lang.ScopedValue.CallableOp;

/**
 * Which of the platform's connections running work may take. What stops things has some that nothing else takes, and so
 * have the lanes, through which it has to go: neither waits for whatever else holds all the others.
 */
public enum Capacity {
    /** Requests, projections, background work. */
    SHARED,
    /** What is decided in lanes: reads of milliseconds. */
    LANES,
    /** What stops, revokes, releases, and shows how things stand. */
    CONTROL;

    private static final ScopedValue<Capacity> TAKEN = ScopedValue.newInstance();

    /** That of the running work; shared, unless it said otherwise. */
    public static Capacity current() {
        return TAKEN.orElse(SHARED);
    }

    /** Runs the work on this capacity; threads that it starts are on their own. */
    public void run(Runnable work) {
        ScopedValue.where(TAKEN, this).run(work);
    }

    /** As {@link #run}, with an answer. */
    public <T, X extends Throwable> T call(CallableOp<T, X> work) throws X {
        return ScopedValue.where(TAKEN, this).call(work);
    }
}
