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

    /**
     * Whether the key that proved this caller may still be used: what lasts longer than a request asks again. A caller
     * that was proved otherwise is judged by its own credential's expiry, and not here.
     */
    boolean inForce(Caller caller);

    /** @param token the credential itself: shown once, and never stored */
    record Issued(KeyId key, String token) {}
}
