package execution.gateway;

import java.util.regex.Pattern;
import tenancy.InvalidField;
import tenancy.TenantId;

/** One target system of a tenant. Spelled as an aggregate identifier it is {@code <tenant>/connector/<system>}. */
record ConnectorId(TenantId tenant, String system) {

    private static final Pattern ALLOWED = Pattern.compile("[a-z][a-z0-9_-]{0,63}");

    ConnectorId {
        if (!ALLOWED.matcher(system).matches()) {
            throw new InvalidField(
                    "/system",
                    "invalid_identifier",
                    "must be 1 to 64 characters: lower-case letters, digits, '_' or '-', the first a letter");
        }
    }

    @Override
    public String toString() {
        return tenant.value() + "/connector/" + system;
    }
}
