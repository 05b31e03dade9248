package execution.gateway;

import tenancy.Refusal;

/** Somebody who changes a connector must name the version that the change is based on, and it must be in force. */
public class VersionConflict extends Refusal {

    private VersionConflict(Kind kind, String code, String message) {
        super(kind, code, message);
    }

    static VersionConflict mismatch(String system, long inForce) {
        return new VersionConflict(
                Kind.PRECONDITION_FAILED,
                "version_mismatch",
                inForce == 0
                        ? "Connector %s does not exist yet.".formatted(system)
                        : "Version %d of connector %s is in force.".formatted(inForce, system));
    }

    static VersionConflict required(String system, long inForce) {
        return new VersionConflict(
                Kind.PRECONDITION_REQUIRED,
                "precondition_required",
                "Connector %s exists: send If-Match: \"%d\" to replace that version.".formatted(system, inForce));
    }

    static VersionConflict catalogue(String system, long inForce) {
        return new VersionConflict(
                Kind.PRECONDITION_FAILED,
                "version_mismatch",
                "Version %d of the catalogue's %s is in force.".formatted(inForce, system));
    }
}
