package platform;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What {@code demo/demo.json} says: the demo is data. */
record Demo(Map<String, JsonNode> quotaClasses, List<Customer> tenants) {

    /**
     * One demo tenant with one workspace and one agent.
     *
     * @param secrets what its connectors are called with
     * @param approver whether a person of the tenant has to agree to some actions: then a key is made for them
     */
    record Customer(
            String tenantId,
            String name,
            String quotaClass,
            String workspaceId,
            String agentId,
            String agentClass,
            String policyProfile,
            List<String> connectors,
            List<Secret> secrets,
            boolean approver,
            JsonNode policy,
            List<Traffic> traffic) {

        /** Whether the system is called with a credential. */
        boolean isKeyed(String system) {
            return secrets.stream().anyMatch(secret -> secret.system().equals(system));
        }

        Map<String, Object> envelope(Traffic traffic, String run) {
            var target = new LinkedHashMap<String, Object>();
            target.put("system", traffic.system());
            target.putAll(traffic.target());
            var envelope = new LinkedHashMap<String, Object>();
            envelope.put("tenant_id", tenantId);
            envelope.put("workspace_id", workspaceId);
            envelope.put("agent_id", agentId);
            envelope.put("workflow_run_id", run);
            envelope.put("policy_profile", policyProfile);
            envelope.put("quota_class", quotaClass);
            envelope.put("requested_action", traffic.requestedAction());
            envelope.put("target", target);
            envelope.put("arguments", traffic.arguments());
            envelope.put("data_classes", traffic.dataClasses() == null ? List.of("internal") : traffic.dataClasses());
            if (traffic.model() != null) {
                envelope.put("model", traffic.model());
            }
            if (traffic.estimatedTokens() != null) {
                envelope.put("estimated_tokens", traffic.estimatedTokens());
            }
            return envelope;
        }
    }

    /**
     * A secret, and who may use it for what. Its value is the sandbox's key for its mode.
     *
     * @param mode {@code read} or {@code mutate}
     */
    record Secret(String secretId, String system, String mode, JsonNode grant) {}

    /** One kind of action, asked for some times. */
    record Traffic(
            int times,
            String requestedAction,
            String system,
            Map<String, String> target,
            JsonNode arguments,
            @Nullable List<String> dataClasses,
            @Nullable String model,
            @Nullable Long estimatedTokens) {}
}
