package tenancy;

import org.axonframework.serialization.Revision;
import org.jspecify.annotations.Nullable;

/** What can happen to a tenant, its workspaces, agents and keys, and to whoever knocks at its door. */
public sealed interface TenantEvent {

    @Revision("1")
    record TenantRegistered(String name, String quotaClass) implements TenantEvent {}

    /** The tenant's description as it is from now on. */
    @Revision("1")
    record TenantChanged(String name, String quotaClass) implements TenantEvent {}

    @Revision("1")
    record WorkspaceOpened(String workspace, String name) implements TenantEvent {}

    @Revision("1")
    record WorkspaceChanged(String workspace, String name) implements TenantEvent {}

    @Revision("1")
    record AgentRegistered(
            String agent,
            String workspace,
            String agentClass,
            String trustZone,
            String policyProfile,
            String quotaClass)
            implements TenantEvent {}

    /**
     * The agent's registration as it is from now on.
     *
     * @param active false: retired, nothing is admitted for it
     */
    @Revision("1")
    record AgentChanged(
            String agent,
            String workspace,
            String agentClass,
            String trustZone,
            String policyProfile,
            String quotaClass,
            boolean active)
            implements TenantEvent {}

    /** @param hash SHA-256 of the credential, lower-case hex: 256 random bits are behind it, so it tells nothing */
    @Revision("1")
    record KeyIssued(String key, Role role, @Nullable String agent, String label, String hash) implements TenantEvent {}

    @Revision("1")
    record KeyRevoked(String key) implements TenantEvent {}

    /** A request was refused before it became a decision. */
    @Revision("1")
    record RequestRefused(
            String method,
            String route,
            int status,
            String code,
            @Nullable String pointer) implements TenantEvent {}

    /**
     * All that its agents sent and got, and all its secrets, are unreadable from now on, for ever: their keys are destroyed
     * with this event.
     *
     * @param contentKeys how many days' keys were left to be destroyed
     * @param from the first of these days (UTC); absent if there was none
     * @param through the last of them
     */
    @Revision("1")
    record TenantErased(
            String reason,
            long contentKeys,
            @Nullable String from,
            @Nullable String through) implements TenantEvent {}

    /** Somebody read this tenant's things; the metadata says who. */
    @Revision("1")
    record TenantRead(Role role, String method, String route) implements TenantEvent {}
}
