package platform;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import tenancy.Keys;
import tenancy.Role;
import tenancy.TenantContext;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Registers whole tenants through the HTTP API, as an operator and a tenant's admin would. */
final class TestTenants implements AutoCloseable {

    static final String WORKSPACE = "ws_support";
    static final String AGENT = "support_triage_v4";
    static final String PROFILE = "regulated_support";
    static final String QUOTA_CLASS = "roomy";

    /** Everything is allowed, so that a test that wants a no has to say so. */
    static final String OPEN_POLICY = """
        {"rules":[{"id":"all","effect":"allow","operations":["*"],"words":"Everything goes."}],
         "destinations":{"allow":["*"],"recipients":{"allow":["*"]}},"data_classes":["internal"],"models":[]}\
        """;

    static final Map<String, Object> ROOMY = Map.of(
            "requests_per_second", 100_000,
            "burst", 1_000_000,
            "concurrent_runs", 100_000,
            "tool_calls_per_day", 1_000_000_000,
            "weight", 1,
            "max_parallel_actions", 256,
            "queued_actions", 1_000_000);

    private final DemoApi api;
    private final JsonMapper json;
    private final String operator;

    /** A tenant and a key of it for each role. */
    record TestTenant(String id, Map<Role, String> keys) {

        String key(Role role) {
            return keys.getOrDefault(role, "");
        }
    }

    private TestTenants(URI base, JsonMapper json, String operator) {
        this.api = new DemoApi(base, json);
        this.json = json;
        this.operator = operator;
    }

    /** Over a platform in another process. */
    static TestTenants at(URI base, String operator) {
        return new TestTenants(base, JsonMapper.shared(), operator);
    }

    static TestTenants of(ApplicationContext context) {
        Environment environment = context.getEnvironment();
        URI base = URI.create("http://localhost:" + environment.getProperty("local.server.port"));
        String operator = context.getBean(Keys.class)
                .issue(TenantContext.of(TenantId.FLEET, "test", null), Role.OPERATOR, null, "test")
                .token();
        return new TestTenants(base, context.getBean(JsonMapper.class), operator);
    }

    DemoApi api() {
        return api;
    }

    String operator() {
        return operator;
    }

    void quotaClass(String name, Map<String, Object> limits) {
        api.put(operator, "/v1/quota-classes/" + name, limits).orThrow();
    }

    /** Registers a tenant with one workspace, one agent, an open policy and a key for each role. */
    TestTenant register(String id) {
        return register(id, QUOTA_CLASS, OPEN_POLICY);
    }

    TestTenant register(String id, String quotaClass, String policy) {
        if (!api.get(operator, "/v1/quota-classes/" + quotaClass).found()) {
            quotaClass(quotaClass, ROOMY);
        }
        String inTenant = "?tenant=" + id;
        api.post(operator, "/v1/tenants", Map.of("tenant_id", id, "name", "Name of " + id, "quota_class", quotaClass))
                .orThrow();
        api.post(operator, "/v1/workspaces" + inTenant, Map.of("workspace_id", WORKSPACE, "name", "Support of " + id))
                .orThrow();
        api.post(
                        operator,
                        "/v1/agents" + inTenant,
                        Map.of(
                                "agent_id", AGENT,
                                "workspace_id", WORKSPACE,
                                "agent_class", "support_triage",
                                "trust_zone", "internal",
                                "policy_profile", PROFILE,
                                "quota_class", quotaClass))
                .orThrow();
        api.put(
                        operator,
                        "/v1/policies/" + PROFILE + inTenant,
                        Map.of("document", json.readTree(policy), "comment", "For a test."))
                .orThrow();
        Map<Role, String> keys = new HashMap<>();
        keys.put(Role.AGENT, key(id, Map.of("role", "agent", "agent_id", AGENT, "label", "agent of " + id)));
        for (Role role : new Role[] {Role.TENANT_ADMIN, Role.APPROVER, Role.AUDITOR, Role.ANALYST}) {
            String word = role.name().toLowerCase(Locale.ROOT);
            keys.put(role, key(id, Map.of("role", word, "label", word + " of " + id)));
        }
        return new TestTenant(id, keys);
    }

    private String key(String tenant, Map<String, Object> wanted) {
        return api.post(operator, "/v1/keys?tenant=" + tenant, wanted)
                .orThrow()
                .body()
                .path("api_key")
                .asString();
    }

    /** Describes the demo's ticket system to the tenant, at this address. */
    void connector(String tenant, String system, URI target) {
        api.put(
                        operator,
                        "/v1/connectors/" + system + "?tenant=" + tenant,
                        json.readTree(DemoData.connector(system, target)))
                .orThrow();
    }

    /** DESIGN's envelope for this tenant, in this run, about this ticket. */
    Map<String, Object> envelope(String tenant, String run, String record) {
        return Map.of(
                "tenant_id", tenant,
                "workspace_id", WORKSPACE,
                "agent_id", AGENT,
                "workflow_run_id", run,
                "policy_profile", PROFILE,
                "quota_class", QUOTA_CLASS,
                "requested_action", "ticket.update",
                "target", Map.of("system", "zendesk", "record_id", record),
                "arguments", Map.of("status", "solved"),
                "data_classes", List.of("internal"));
    }

    /** The tenant's journal, whole. */
    JsonNode journal(TestTenant tenant, String filter) {
        return api.get(tenant.key(Role.AUDITOR), "/v1/journal?limit=200" + filter)
                .orThrow()
                .body()
                .path("items");
    }

    @Override
    public void close() {
        api.close();
    }
}
