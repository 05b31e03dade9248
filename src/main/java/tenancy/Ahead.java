package tenancy;

import java.lang.ScopedValue.CallableOp;

/**
 * What a lane decides while its commands before are still being committed. It sees all that they changed in memory; the
 * database shows it only when they are durable, so whoever looks there waits for that.
 */
public final class Ahead {

    private static final ScopedValue<Runnable> BEFORE = ScopedValue.newInstance();

    private Ahead() {}

    /** Returns when what the running work builds upon is in the database; at once, if it builds upon nothing else. */
    public static void awaitWhatIsBefore() {
        if (BEFORE.isBound()) {
            BEFORE.get().run();
        }
    }

    /**
     * Runs work that may build upon what is not durable yet.
     *
     * @param before returns once it is, and throws if it came to nothing: then the work is undone, and begun again
     */
    public static <T, X extends Throwable> T call(CallableOp<T, X> work, Runnable before) throws X {
        return ScopedValue.where(BEFORE, before).call(work);
    }
}
