package quota;

import org.jspecify.annotations.Nullable;
import tenancy.ActionEnvelope;
import tenancy.Effect;
import tenancy.Estimate;

/** What one action uses of everything that is counted. */
public record Amounts(long toolCalls, long highRisk, long tokens, long costMicros, long storageBytes) {

    static final Amounts NONE = new Amounts(0, 0, 0, 0, 0);

    /** What it uses beside being a call. */
    Amounts withoutCalls() {
        return new Amounts(0, 0, tokens, costMicros, storageBytes);
    }

    /** Taken away from what is spent. */
    Amounts negated() {
        return new Amounts(-toolCalls, -highRisk, -tokens, -costMicros, -storageBytes);
    }

    /** What the action is expected to use. */
    static Amounts of(ActionEnvelope envelope) {
        Estimate estimate = envelope.estimate();
        return new Amounts(
                1,
                envelope.effect() == Effect.HIGH_RISK ? 1 : 0,
                estimate.tokens(),
                estimate.microUnits(),
                estimate.bytes());
    }

    /** The same action as it turned out; as it was expected, where nobody knows better. */
    Amounts turnedOut(@Nullable Estimate actual) {
        return actual == null
                ? this
                : new Amounts(toolCalls, highRisk, actual.tokens(), actual.microUnits(), actual.bytes());
    }

    long of(Unit unit) {
        return switch (unit) {
            case TOOL_CALLS -> toolCalls;
            case HIGH_RISK -> highRisk;
            case TOKENS -> tokens;
            case COST_MICROS -> costMicros;
            case STORAGE_BYTES -> storageBytes;
        };
    }
}
