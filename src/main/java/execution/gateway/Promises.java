package execution.gateway;

import org.jspecify.annotations.Nullable;

/**
 * What an operation's connector promises of its answers and its effect.
 *
 * @param toolError how its answers say that it failed; absent where they do not
 * @param probe how its effect can be looked for; absent where it cannot
 * @param compensation what undoes its effect; absent where nothing is known to
 */
record Promises(
        @Nullable ToolError toolError,
        @Nullable Probe probe,
        @Nullable Compensation compensation,
        Declared declared) {}
