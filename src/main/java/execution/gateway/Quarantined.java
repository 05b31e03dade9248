package execution.gateway;

import org.jspecify.annotations.Nullable;
import tenancy.Cause;

/**
 * An operation is not called: its upstream has changed it, and nobody of the tenant has accepted that yet.
 *
 * @param remedy what would have to be done
 */
public record Quarantined(Cause cause, String remedy) {

    /** The stable code of what is refused for it. */
    public static final String CODE = "operation_quarantined";

    /** The kind of the cause. */
    public static final String KIND = "quarantine";

    /** @param gone whether the upstream has it no more */
    static Quarantined of(String system, String operation, boolean gone) {
        String words = "%s of %s is quarantined: its upstream %s than when it was accepted"
                .formatted(operation, system, "describes it otherwise");
        String vanished = "%s of %s is quarantined: its upstream has it no more".formatted(operation, system);
        return new Quarantined(cause(system, operation, gone ? vanished : words), remedy(system, operation, gone));
    }

    static Cause cause(String system, String operation, @Nullable String words) {
        return new Cause(Cause.Owner.TENANT, KIND, null, null, null, null, null, null, words)
                .of("operation:%s/%s".formatted(system, operation));
    }

    private static String remedy(String system, String operation, boolean gone) {
        return gone
                ? "have a tenant admin put a description without it in force: PUT /v1/connectors/" + system
                : "have a tenant admin read what changed, and accept it: POST /v1/connectors/%s/operations/%s:accept"
                        .formatted(system, operation);
    }
}
