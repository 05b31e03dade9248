package tenancy;

import org.jspecify.annotations.Nullable;

/** API keys: the credentials that the platform issues itself. */
public interface Keys {

    /**
     * Issues a key in the tenant that the context names.
     *
     * @param role {@link Role#OPERATOR} only in {@link TenantId#FLEET}, and nothing else there
     * @param agent the agent the key is bound to, registered in the same tenant; only and always with {@link Role#AGENT}
     * @param label what the key is for, in words
     */
    Issued issue(TenantContext context, Role role, @Nullable AgentId agent, String label);

    /** Revokes a key; it is refused from now on. Does nothing if it was revoked before. */
    void revoke(TenantContext context, KeyId key);

    /** @param token the credential itself: shown once, and never stored */
    record Issued(KeyId key, String token) {}
}
