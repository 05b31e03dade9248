package tenancy.registry;

import java.time.Instant;

/** An agent's registration, as the API shows it. */
record AgentView(
        String agentId,
        String workspaceId,
        String agentClass,
        String trustZone,
        String policyProfile,
        String quotaClass,
        boolean active,
        Instant createdAt) {}
