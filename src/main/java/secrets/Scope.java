package secrets;

import java.util.Locale;

/** What a revocation covers. */
public enum Scope {
    SECRET,
    CONNECTOR,
    AGENT,
    TENANT,
    /** A grant that was taken back: what was leased under it ends with it. */
    GRANT,
    /** A class of agents that may only read from now on. */
    AGENT_CLASS;

    static Scope named(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
