package policy;

import java.util.List;
import tenancy.Caller;
import tenancy.Forbidden;
import tenancy.InvalidField;
import tenancy.TenantContext;

/** Which profile a caller wants to change, and whether it is theirs to change. */
final class ProfileNames {

    /** Addresses below the profiles that are none. */
    private static final List<String> ADDRESSES = List.of("schema");

    private ProfileNames() {}

    static ProfileId changed(TenantContext context, Caller caller, String profile) {
        if (ADDRESSES.contains(profile) || profile.endsWith(":diff")) {
            throw new InvalidField("/profile", "reserved", "is an address of its own");
        }
        if (!Layer.of(context.tenant(), profile).mayBePublishedBy(caller.role())) {
            throw new Forbidden("operators_layer", "Only an operator may change %s.".formatted(profile));
        }
        return new ProfileId(context.tenant(), profile);
    }
}
