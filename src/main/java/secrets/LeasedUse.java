package secrets;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import secrets.SecretEvent.Fate;

/**
 * One use, from before its lease is checked until it is over. A revocation either finds it here and ends it, or is seen
 * by the check that follows.
 */
final class LeasedUse implements Use {

    private static final Logger LOG = LoggerFactory.getLogger(LeasedUse.class);

    private enum State {
        UNCHECKED,
        OPEN,
        LEFT,
        ANSWERED
    }

    private final Lease lease;
    private final Runnable cancel;
    private final Consumer<LeasedUse> over;
    private final CountDownLatch closed = new CountDownLatch(1);

    private State state = State.UNCHECKED;
    private boolean revoked;
    private boolean doubtful;
    private @Nullable IssuedLease issued;
    private @Nullable Credential credential;
    private List<Concealed> secrets = List.of();
    private Runnable ending = () -> {};

    /** @param over told once, when the use is over */
    LeasedUse(Lease lease, Runnable cancel, Consumer<LeasedUse> over) {
        this.lease = lease;
        this.cancel = cancel;
        this.over = over;
    }

    Lease lease() {
        return lease;
    }

    /**
     * The lease was found to be in force.
     *
     * @return false if a revocation came since the check began: then it has to be checked again
     */
    synchronized boolean checked(IssuedLease found) {
        if (doubtful) {
            doubtful = false;
            return false;
        }
        issued = found;
        return true;
    }

    /** @param end told when the use is over, whatever became of it */
    synchronized void opened(Credential opened, List<Concealed> mustNotComeBack, Runnable end) {
        ending = end;
        credential = opened;
        secrets = List.copyOf(mustNotComeBack);
        state = State.OPEN;
    }

    /** Ends it if the fence covers it; true if this is what ended it. */
    boolean revokedBy(Fence fence) {
        synchronized (this) {
            if (issued == null) {
                doubtful = true;
                return false;
            }
            if (revoked || !fence.covers(issued)) {
                return false;
            }
            revoked = true;
        }
        try {
            cancel.run();
        } catch (RuntimeException alreadyOver) {
            LOG.warn("A revoked use of lease {} could not be cancelled", lease.id(), alreadyOver);
        }
        return true;
    }

    void awaitEnd(Duration longest) {
        try {
            boolean unused = closed.await(Math.max(0, longest.toNanos()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** What can be said of it after it was revoked. */
    synchronized Fate fate() {
        boolean ended = closed.getCount() == 0;
        String fate = switch (state) {
            case UNCHECKED, OPEN -> "cancelled";
            // What only reads has no effect, once nobody waits for it any more.
            case LEFT -> ended && lease.mode() == Mode.READ ? "cancelled" : "unknown";
            case ANSWERED -> "completed_before";
        };
        IssuedLease of = issued;
        return new Fate(lease.id(), lease.action().key(), of == null ? null : of.run(), lease.destination(), fate);
    }

    synchronized String outcome() {
        return switch (state) {
            case UNCHECKED, OPEN -> "unused";
            case LEFT -> revoked ? "cancelled" : "unanswered";
            case ANSWERED -> "answered";
        };
    }

    /** Whether it got as far as having a credential. */
    synchronized boolean wasOpened() {
        return state != State.UNCHECKED;
    }

    @Override
    public synchronized Credential credential() {
        if (credential == null) {
            throw new IllegalStateException("The use is over");
        }
        return credential;
    }

    @Override
    public synchronized List<Concealed> secrets() {
        return secrets;
    }

    @Override
    public synchronized boolean revoked() {
        return revoked;
    }

    @Override
    public synchronized boolean leaves() {
        if (revoked || credential == null) {
            return false;
        }
        state = State.LEFT;
        return true;
    }

    @Override
    public synchronized void answered() {
        if (state == State.LEFT) {
            state = State.ANSWERED;
        }
    }

    @Override
    public void close() {
        Runnable end;
        synchronized (this) {
            if (closed.getCount() == 0) {
                return;
            }
            credential = null;
            secrets = List.of();
            end = ending;
            closed.countDown();
        }
        try {
            end.run();
        } finally {
            over.accept(this);
        }
    }

    @Override
    public String toString() {
        return "Use of " + lease.id();
    }
}
