package tenancy;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.axonframework.messaging.MetaData;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf a message is sent. It travels as metadata on every command and event, under short keys because they
 * are stored with each event.
 *
 * @param principal who authenticated, for the journal; never a secret
 * @param requestId the request that caused this, to find it in logs and traces
 */
public record TenantContext(
        TenantId tenant,
        @Nullable WorkspaceId workspace,
        @Nullable AgentId agent,
        @Nullable RunId run,
        @Nullable String policyProfile,
        @Nullable String quotaClass,
        String principal,
        @Nullable String requestId) {

    public static final String TENANT = "tenant";
    public static final String WORKSPACE = "workspace";
    public static final String AGENT = "agent";
    public static final String RUN = "run";
    public static final String PROFILE = "profile";
    public static final String QUOTA_CLASS = "quota_class";
    public static final String PRINCIPAL = "principal";
    public static final String REQUEST = "request";
    /** W3C {@code traceparent} of the span that sent the message. */
    public static final String TRACE = "traceparent";

    /** The context of a caller that acts on its own tenant and on no agent or run in particular. */
    public static TenantContext of(TenantId tenant, String principal, @Nullable String requestId) {
        return new TenantContext(tenant, null, null, null, null, null, principal, requestId);
    }

    /** The tenant a message names; empty if it names none. */
    public static Optional<TenantId> tenantOf(MetaData metaData) {
        return metaData.get(TENANT) instanceof String tenant ? Optional.of(new TenantId(tenant)) : Optional.empty();
    }

    /** The same context, narrowed to an agent's run. */
    public TenantContext within(
            WorkspaceId inWorkspace, AgentId ofAgent, RunId inRun, String underProfile, String underQuotaClass) {
        return new TenantContext(
                tenant, inWorkspace, ofAgent, inRun, underProfile, underQuotaClass, principal, requestId);
    }

    public MetaData metaData() {
        Map<String, Object> values = HashMap.newHashMap(9);
        values.put(TENANT, tenant.value());
        values.put(PRINCIPAL, principal);
        put(values, WORKSPACE, workspace == null ? null : workspace.key());
        put(values, AGENT, agent == null ? null : agent.key());
        put(values, RUN, run == null ? null : run.key());
        put(values, PROFILE, policyProfile);
        put(values, QUOTA_CLASS, quotaClass);
        put(values, REQUEST, requestId);
        return MetaData.from(values);
    }

    private static void put(Map<String, Object> values, String key, @Nullable String value) {
        if (value != null) {
            values.put(key, value);
        }
    }
}
