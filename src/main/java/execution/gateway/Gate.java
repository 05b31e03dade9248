package execution.gateway;

import org.jspecify.annotations.Nullable;
import tenancy.Cause;

/** Whoever may have to end a call from outside. It is asked before each first byte, and told what it could end. */
public interface Gate {

    /** Nobody ends the call. */
    Gate OPEN = new Gate() {

        @Override
        public boolean leaves() {
            return true;
        }

        @Override
        public void on(Runnable cancel) {}

        @Override
        public void answered() {}

        @Override
        public @Nullable Cause ended() {
            return null;
        }
    };

    /** The last question before a request's first byte: false if it may not leave any more. */
    boolean leaves();

    /** This ends the request of the moment; run at once if the call is to end already. */
    void on(Runnable cancel);

    /** A whole answer is there. */
    void answered();

    /** Why the call was ended; null while it was not. */
    @Nullable
    Cause ended();
}
