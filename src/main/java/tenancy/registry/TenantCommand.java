package tenancy.registry;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;
import tenancy.AgentId;
import tenancy.TenantId;
import tenancy.Urgent;
import tenancy.WorkspaceId;

/** What a tenant, a workspace and an agent can be asked. In a change, what is absent stays as it is. */
sealed interface TenantCommand {

    record RegisterTenant(@TargetAggregateIdentifier TenantId tenant, String name, String quotaClass)
            implements TenantCommand {}

    record ChangeTenant(
            @TargetAggregateIdentifier TenantId tenant,
            @Nullable String name,
            @Nullable String quotaClass) implements TenantCommand {}

    /** @param contentKeys as {@link tenancy.TenantEvent.TenantErased} tells them */
    record EraseTenant(
            @TargetAggregateIdentifier TenantId tenant,
            String reason,
            long contentKeys,
            @Nullable String from,
            @Nullable String through)
            implements TenantCommand {}

    /** Asked before an operator's first command for a tenant, which may be to stop it. */
    record FindTenant(@TargetAggregateIdentifier TenantId tenant) implements TenantCommand, Urgent {}

    record OpenWorkspace(@TargetAggregateIdentifier WorkspaceId workspace, String name) implements TenantCommand {}

    record ChangeWorkspace(@TargetAggregateIdentifier WorkspaceId workspace, String name) implements TenantCommand {}

    record FindWorkspace(@TargetAggregateIdentifier WorkspaceId workspace) implements TenantCommand {}

    record RegisterAgent(
            @TargetAggregateIdentifier AgentId agent,
            WorkspaceId workspace,
            String agentClass,
            String trustZone,
            String policyProfile,
            String quotaClass)
            implements TenantCommand {}

    /** @param active false retires the agent, true reinstates it */
    record ChangeAgent(
            @TargetAggregateIdentifier AgentId agent,
            @Nullable String agentClass,
            @Nullable String trustZone,
            @Nullable String policyProfile,
            @Nullable String quotaClass,
            @Nullable Boolean active)
            implements TenantCommand {}

    record FindAgent(@TargetAggregateIdentifier AgentId agent) implements TenantCommand {}
}
