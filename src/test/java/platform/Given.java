package platform;

import java.net.URI;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.boot.test.context.TestComponent;
import org.springframework.core.env.Environment;
import tenancy.Keys;
import tenancy.Role;
import tenancy.TenantContext;
import tenancy.TenantId;

/** What a test may take for granted: callers, and tenants that nobody else knows of. */
@TestComponent
public class Given {

    public static final String WORKSPACE = "ws_support";
    public static final String AGENT = "support_triage_v4";
    public static final String PROFILE = "regulated_support";
    public static final String QUOTA_CLASS = "enterprise_gold";

    private static final String GENEROUS = """
        {"requests_per_second":1000,"burst":1000,"concurrent_runs":1000,"tool_calls_per_day":100000,"weight":1,
         "max_parallel_actions":16,"queued_actions":10000}\
        """;

    private final Keys keys;
    private final Environment environment;
    private final Supplier<UUID> ids;

    Given(Keys keys, Environment environment, Supplier<UUID> ids) {
        this.keys = keys;
        this.environment = environment;
        this.ids = ids;
    }

    /** A tenant with one workspace and one agent, and a client for each role in it. */
    public record Customer(String tenant, TestClient admin, TestClient agent, TestClient auditor, TestClient analyst) {}

    /** Somebody without a credential. */
    public TestClient anybody() {
        return new TestClient(platform(), null);
    }

    public TestClient operator() {
        TenantContext fleet = TenantContext.of(TenantId.FLEET, "platform:test", null);
        return new TestClient(
                platform(), keys.issue(fleet, Role.OPERATOR, null, "test").token());
    }

    /** A new tenant in the quota class {@link #QUOTA_CLASS}, with no policy and no connectors yet. */
    public Customer customer() {
        return customer("tenant_" + ids.get().toString().replace("-", ""), QUOTA_CLASS);
    }

    /** The quota class gets generous limits, unless the test has defined it before. */
    public Customer customer(String tenant, String quotaClass) {
        TestClient operator = operator();
        if (operator.get("/v1/quota-classes/" + quotaClass).status() == 404) {
            operator.put("/v1/quota-classes/" + quotaClass, GENEROUS).expect(201);
        }
        operator.post("/v1/tenants", """
            {"tenant_id":"%s","name":"%s","quota_class":"%s"}\
            """.formatted(tenant, tenant, quotaClass)).expect(201);
        TestClient admin = client(operator, "?tenant=" + tenant, "tenant_admin");
        admin.post("/v1/workspaces", """
            {"workspace_id":"%s","name":"Support"}\
            """.formatted(WORKSPACE)).expect(201);
        agent(admin, AGENT, quotaClass);
        return new Customer(
                tenant, admin, agentKey(admin, AGENT), client(admin, "", "auditor"), client(admin, "", "analyst"));
    }

    /** Registers one more agent, in the workspace that each customer has. */
    public void agent(TestClient admin, String agent, String quotaClass) {
        admin.post("/v1/agents", """
            {"agent_id":"%s","workspace_id":"%s","agent_class":"support_triage","trust_zone":"internal",
             "policy_profile":"%s","quota_class":"%s"}\
            """.formatted(agent, WORKSPACE, PROFILE, quotaClass))
                .expect(201);
    }

    /** A client with a key that is bound to the agent. */
    public TestClient agentKey(TestClient admin, String agent) {
        return new TestClient(
                platform(),
                admin.post("/v1/keys", """
                    {"role":"agent","agent_id":"%s","label":"test"}\
                    """.formatted(agent)).expect(201).at("/api_key"));
    }

    /** One more person of the customer, in this role. */
    public TestClient person(TestClient admin, String role) {
        return client(admin, "", role);
    }

    private TestClient client(TestClient issuer, String query, String role) {
        return new TestClient(
                platform(),
                issuer.post("/v1/keys" + query, """
                    {"role":"%s","label":"test"}\
                    """.formatted(role)).expect(201).at("/api_key"));
    }

    private URI platform() {
        return URI.create("http://127.0.0.1:" + environment.getRequiredProperty("local.server.port"));
    }
}
