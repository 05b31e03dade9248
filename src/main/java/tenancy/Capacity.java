package tenancy;

import java.lang.ScopedValue.CallableOp;
import java.util.function.BooleanSupplier;

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
    private static final ScopedValue<BooleanSupplier> GIVES_WAY = ScopedValue.newInstance();

    /** That of the running work; shared, unless it said otherwise. */
    public static Capacity current() {
        return TAKEN.orElse(SHARED);
    }

    /** Whether the running work, if it has to wait, should rather fail: something urgent waits behind it. */
    public static boolean givesWay() {
        return GIVES_WAY.isBound() && GIVES_WAY.get().getAsBoolean();
    }

    /** Runs the work on this capacity; threads that it starts are on their own. */
    public void run(Runnable work) {
        ScopedValue.where(TAKEN, this).run(work);
    }

    /** As {@link #run}, with an answer. */
    public <T, X extends Throwable> T call(CallableOp<T, X> work) throws X {
        return ScopedValue.where(TAKEN, this).call(work);
    }

    /** As {@link #call}, for work that does not wait for a connection any longer once this says so. */
    public <T, X extends Throwable> T call(CallableOp<T, X> work, BooleanSupplier givesWay) throws X {
        return ScopedValue.where(TAKEN, this).where(GIVES_WAY, givesWay).call(work);
    }
}
