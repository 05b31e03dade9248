package policy;

import java.util.List;
import tenancy.Caller;
import tenancy.Forbidden;
import tenancy.InvalidField;
import tenancy.Role;
import tenancy.TenantContext;

/** Names of profiles that mean something: documents of layers are profiles with such names. */
final class ProfileNames {

    /** Layers that the operator puts around a tenant: no tenant changes them. */
    private static final List<String> OPERATORS = List.of("layer:platform", "layer:posture");

    /** An address of its own, below the profiles. */
    private static final String SCHEMA = "schema";

    private ProfileNames() {}

    /** The profile that the caller wants to change. */
    static ProfileId changed(TenantContext context, Caller caller, String profile) {
        if (profile.equals(SCHEMA) || profile.endsWith(":diff")) {
            throw new InvalidField("/profile", "reserved", "is an address of its own");
        }
        if (caller.role() != Role.OPERATOR && OPERATORS.stream().anyMatch(layer -> isOf(layer, profile))) {
            throw new Forbidden("operators_layer", "Only an operator may change %s.".formatted(profile));
        }
        return new ProfileId(context.tenant(), profile);
    }

    private static boolean isOf(String layer, String profile) {
        return profile.equals(layer) || profile.startsWith(layer + ":");
    }
}
