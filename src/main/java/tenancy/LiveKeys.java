package tenancy;

import java.util.Map;

/** How many API keys of a tenant work. People of the identity provider are not among them: nobody knows how many. */
public interface LiveKeys {

    /** Keys that are not revoked, by the word of their role, such as {@code tenant_admin}; a role without any is absent. */
    Map<String, Long> byRole(TenantId tenant);
}
