package policy;

/**
 * Whose document a rule is in. Only {@link #PROFILE} can allow; every other layer can only take away, so that no layer
 * widens what another one refuses.
 */
public enum Layer {
    /** The operator's guardrails, for all tenants. */
    PLATFORM,
    /** What the operator takes away from one tenant for a while. */
    POSTURE,
    TENANT,
    WORKSPACE,
    AGENT_CLASS,
    /** The profile of the agent's registration. */
    PROFILE
}
