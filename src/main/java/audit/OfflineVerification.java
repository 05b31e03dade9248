package audit;

import audit.proof.BundleCheck;
import java.io.PrintStream;

/** Checks a journal that somebody took home. Needs no platform, no database and no network. */
public final class OfflineVerification {

    private OfflineVerification() {}

    /**
     * Runs {@code <bundle> [--key <verifier key>] [--known <file with an earlier checkpoint>]}.
     *
     * @return the exit code: 0 if the journal is whole, 1 if it is not, 2 if this was asked wrongly
     */
    public static int run(String[] arguments, PrintStream out) {
        return BundleCheck.run(arguments, out);
    }
}
