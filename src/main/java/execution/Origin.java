package execution;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.ActionEnvelope;
import tenancy.AgentId;
import tenancy.RunId;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.WorkspaceId;

/** On whose behalf an action was admitted, taken from its message's metadata and kept with it while it waits. */
final class Origin {

    private static final String UNKNOWN = "unknown";

    private Origin() {}

    /** The context that a message was sent in. */
    static TenantContext context(TenantId tenant, Map<String, ?> metaData) {
        String workspace = text(metaData, TenantContext.WORKSPACE);
        String agent = text(metaData, TenantContext.AGENT);
        String run = text(metaData, TenantContext.RUN);
        String principal = text(metaData, TenantContext.PRINCIPAL);
        return new TenantContext(
                tenant,
                workspace == null ? null : new WorkspaceId(tenant, workspace),
                agent == null ? null : new AgentId(tenant, agent),
                run == null ? null : new RunId(tenant, run),
                text(metaData, TenantContext.PROFILE),
                text(metaData, TenantContext.QUOTA_CLASS),
                principal == null ? UNKNOWN : principal,
                text(metaData, TenantContext.REQUEST));
    }

    /**
     * The same in the words of the agent's registration, which are one object for all of its actions: hundreds of
     * thousands may wait.
     */
    static TenantContext context(ActionEnvelope envelope, Map<String, ?> metaData) {
        String principal = text(metaData, TenantContext.PRINCIPAL);
        return new TenantContext(
                envelope.tenant(),
                envelope.workspace(),
                envelope.agent(),
                envelope.run(),
                envelope.policyProfile(),
                envelope.quotaClass(),
                principal == null ? UNKNOWN : principal,
                text(metaData, TenantContext.REQUEST));
    }

    /** The same context with another principal. */
    static TenantContext onBehalfOf(TenantContext context, String principal) {
        return new TenantContext(
                context.tenant(),
                context.workspace(),
                context.agent(),
                context.run(),
                context.policyProfile(),
                context.quotaClass(),
                principal,
                context.requestId());
    }

    static @Nullable String trace(Map<String, ?> metaData) {
        return text(metaData, TenantContext.TRACE);
    }

    /**
     * What a queue entry must keep, so that the action runs on the same behalf after a restart.
     *
     * @param beside what is kept with it
     */
    static String json(Map<String, ?> metaData, Map<String, String> beside) {
        Map<String, Object> kept = new HashMap<>(metaData);
        kept.remove(TenantContext.TENANT);
        kept.putAll(beside);
        return StoredJson.write(kept);
    }

    /** The same, on behalf of whoever sent it. */
    static String json(Map<String, ?> metaData, String principal, Map<String, String> beside) {
        Map<String, Object> kept = new HashMap<>(metaData);
        kept.put(TenantContext.PRINCIPAL, principal);
        return json(kept, beside);
    }

    static @Nullable String text(Map<String, ?> metaData, String key) {
        return metaData.get(key) instanceof String text ? text : null;
    }
}
