package quota;

import java.util.Locale;

/** What a counted limit counts. */
enum Unit {
    /** Every action is one call. */
    TOOL_CALLS,
    /** Actions whose effect is high-risk. */
    HIGH_RISK,
    /** Model tokens, input and output together. */
    TOKENS,
    /** Money, in millionths of the tenant's unit of currency. */
    COST_MICROS,
    /** Bytes written at the target by operations that store what they are given. */
    STORAGE_BYTES;

    private final String word = name().toLowerCase(Locale.ROOT);

    String word() {
        return word;
    }
}
