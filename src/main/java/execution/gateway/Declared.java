package execution.gateway;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import secrets.HandOut;

/**
 * What a connector says of an operation to people and policies, beside how it is called.
 *
 * @param shownToApprover what to show first, such as {@code arguments.amount}
 * @param dataClassesIn the only classes of data that it takes; absent where it takes any
 * @param dataClassesOut classes of data that its answers hold
 * @param reversible whether it can be undone; absent where nobody says
 * @param handsOut what the caller is given instead of a call; absent for an operation that calls
 */
public record Declared(
        List<String> shownToApprover,
        @Nullable List<String> dataClassesIn,
        List<String> dataClassesOut,
        @Nullable Boolean reversible,
        @Nullable Token handsOut) {

    /** Nothing is said. */
    public static final Declared NOTHING = new Declared(List.of(), null, List.of(), null, null);

    /**
     * A token for the caller.
     *
     * @param audience who takes it; absent where the token endpoint is not told
     * @param lifetime the longest it lives
     */
    public record Token(HandOut.Kind kind, @Nullable String audience, List<String> scopes, Duration lifetime) {

        public Token {
            scopes = List.copyOf(scopes);
        }

        static @Nullable Token of(@Nullable HandOut how) {
            return how == null
                    ? null
                    : new Token(
                            how.kind(),
                            how.audience() == null ? how.resource() : how.audience(),
                            how.scopes(),
                            how.lifetime());
        }
    }

    public Declared {
        shownToApprover = List.copyOf(shownToApprover);
        dataClassesIn = dataClassesIn == null ? null : List.copyOf(dataClassesIn);
        dataClassesOut = List.copyOf(dataClassesOut);
    }
}
