package tenancy.containment;

import java.time.Duration;
import java.util.Locale;
import tenancy.Cause;
import tenancy.ContainmentScope;
import tenancy.ContainmentScope.Kind;
import tenancy.Posture;
import tenancy.TenantId;
import tenancy.Conduct.Happening;

/**
 * Contains by itself what behaves so.
 *
 * @param threshold of the trigger's measure, in one minute
 * @param scope what is measured, and contained: an agent, a run, or the tenant
 * @param lifetime of the containment
 * @param owner on whose side it was set
 */
record Rule(
        String name,
        Trigger trigger,
        long threshold,
        Kind scope,
        Mode mode,
        Posture posture,
        Duration lifetime,
        Cause.Owner owner) {

    /** What is measured, in one minute. */
    enum Trigger {
        /** How often the policy said no. */
        DENIALS,
        /** What was spent, in millionths of the tenant's currency. */
        SPEND_MICROS,
        /** How often nobody knew what came of an action. */
        UNKNOWN_OUTCOMES,
        /** Of a hundred actions that ended how many failed; from ten on. */
        ERROR_PERCENT,
        /** How often the same was asked for. */
        REPEATS;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What it does when the threshold is reached. */
    enum Mode {
        /** Writes it down. */
        SHADOW,
        /** Writes it down, and warns whoever runs the platform. */
        WARN,
        /** Contains. */
        ENFORCE;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What of this is measured and would be contained. */
    ContainmentScope scopeOf(TenantId tenant, Happening happening) {
        return switch (scope) {
            case AGENT -> new ContainmentScope(Kind.AGENT, happening.agent());
            case RUN -> new ContainmentScope(Kind.RUN, happening.run());
            case TENANT -> new ContainmentScope(Kind.TENANT, tenant.value());
            case WORKSPACE, AGENT_CLASS, CONNECTOR, OPERATION, DESTINATION, MODEL, SECRET ->
                throw new IllegalStateException("No rule is set for " + scope);
        };
    }

    String by() {
        return "rule:" + name;
    }
}
