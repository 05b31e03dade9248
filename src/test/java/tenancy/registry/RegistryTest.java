package tenancy.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import platform.PlatformTest;
import tenancy.Api;
import tenancy.Api.Answer;
import tenancy.Keys;
import tenancy.Role;
import tenancy.Subscriptions;
import tenancy.TenantContext;
import tenancy.TenantId;

@PlatformTest
class RegistryTest {

    private static final String AGENT = """
        {"agent_id":"%s","workspace_id":"ws_support","agent_class":"support_triage","trust_zone":"internal",
         "policy_profile":"regulated_support","quota_class":"enterprise_gold"}\
        """;

    private final Keys keys;
    private final Subscriptions subscriptions;
    private final Api operator;
    private Api admin;

    @Autowired
    RegistryTest(Keys keys, Subscriptions subscriptions, @LocalServerPort int port) {
        this.keys = keys;
        this.subscriptions = subscriptions;
        this.operator = new Api(
                port,
                keys.issue(TenantContext.of(TenantId.FLEET, "test", null), Role.OPERATOR, null, "test")
                        .token());
        this.admin = operator;
    }

    @BeforeEach
    void register_a_tenant() {
        operator.defineQuotaClass("enterprise_gold");
        register("tenant_registry");
        admin = operator.as(admin("tenant_registry"));
        admin.post("/v1/workspaces", "{\"workspace_id\":\"ws_support\",\"name\":\"Support\"}");
    }

    @Test
    void a_tenant_is_there_as_soon_as_it_is_registered() {
        Answer registered = register("tenant_new");

        assertThat(registered.status()).isEqualTo(201);
        assertThat(registered.header("Location")).isEqualTo("/v1/tenants/tenant_new");
        assertThat(operator.get("/v1/tenants/tenant_new").text("quota_class")).isEqualTo("enterprise_gold");
        assertThat(subscriptions.quotaClass(new TenantId("tenant_new"))).hasValue("enterprise_gold");
        assertThat(register("tenant_new").text("code")).isEqualTo("tenant_exists");
        eventually(() -> operator.get("/v1/tenants?limit=200"), "tenant_new");
    }

    @Test
    void a_changed_subscription_counts_at_once() {
        register("tenant_subscribes");

        assertThat(operator.patch("/v1/tenants/tenant_subscribes", "{\"quota_class\":\"silver\"}")
                        .status())
                .isEqualTo(200);

        assertThat(subscriptions.quotaClass(new TenantId("tenant_subscribes"))).hasValue("silver");
        assertThat(subscriptions.quotaClass(new TenantId("tenant_hooli"))).isEmpty();
    }

    @Test
    void a_tenant_reads_itself_and_does_not_change_itself() {
        assertThat(admin.get("/v1/tenants/tenant_registry").text("tenant_id")).isEqualTo("tenant_registry");
        assertThat(admin.patch("/v1/tenants/tenant_registry", "{\"quota_class\":\"platinum\"}")
                        .status())
                .isEqualTo(403);
        assertThat(admin.get("/v1/tenants").status()).isEqualTo(403);
    }

    @Test
    void an_agent_is_registered_changed_and_listed() {
        assertThat(admin.post("/v1/agents", AGENT.formatted("triage")).status()).isEqualTo(201);
        assertThat(admin.get("/v1/agents/triage").json().path("active").asBoolean())
                .isTrue();

        Answer retired = admin.patch("/v1/agents/triage", "{\"active\":false,\"trust_zone\":\"untrusted\"}");

        assertThat(retired.status()).isEqualTo(200);
        assertThat(admin.get("/v1/agents/triage").json()).isEqualTo(retired.json());
        assertThat(admin.post("/v1/agents", AGENT.formatted("triage")).text("code"))
                .isEqualTo("agent_exists");
        eventually(() -> admin.get("/v1/agents"), "untrusted");
    }

    @Test
    void lists_come_in_pages() {
        List.of("page_a", "page_b", "page_c").forEach(agent -> admin.post("/v1/agents", AGENT.formatted(agent)));
        eventually(() -> admin.get("/v1/agents?limit=200"), "page_c");

        Answer first = admin.get("/v1/agents?limit=1");
        Answer second = admin.get("/v1/agents?limit=1&cursor=" + first.text("next_cursor"));

        assertThat(first.json().path("items").size()).isEqualTo(1);
        assertThat(second.json().path("items").get(0))
                .isNotEqualTo(first.json().path("items").get(0));
        assertThat(admin.get("/v1/agents?cursor=%25%25").status()).isEqualTo(400);
        assertThat(admin.get("/v1/agents?limit=0").status()).isEqualTo(400);
    }

    @Test
    void another_tenants_things_are_not_found() {
        admin.post("/v1/agents", AGENT.formatted("private"));
        register("tenant_curious");
        Api curious = operator.as(admin("tenant_curious"));

        assertThat(curious.get("/v1/agents/private").status()).isEqualTo(404);
        assertThat(curious.patch("/v1/agents/private", "{\"active\":false}").status())
                .isEqualTo(404);
        assertThat(curious.get("/v1/agents").json().path("items").size()).isZero();
        assertThat(curious.post("/v1/agents", AGENT.formatted("private")).status())
                .isEqualTo(404);
    }

    @Test
    void a_request_is_taken_to_the_letter() {
        assertThat(admin.post("/v1/workspaces", "{\"workspace_id\":\"w\",\"name\":\"W\",\"extra\":1}")
                        .status())
                .isEqualTo(400);
        assertThat(admin.post("/v1/workspaces", "{\"workspace_id\":\"w\"}")
                        .response()
                        .body())
                .contains("/name");
        assertThat(admin.post("/v1/workspaces", "{\"workspace_id\":\"a/b\",\"name\":\"W\"}")
                        .response()
                        .body())
                .contains("/workspace_id");
        assertThat(admin.get("/v1/workspaces/w").status()).isEqualTo(404);
    }

    private Answer register(String tenant) {
        return operator.post(
                "/v1/tenants",
                "{\"tenant_id\":\"%s\",\"name\":\"Test\",\"quota_class\":\"enterprise_gold\"}".formatted(tenant));
    }

    private String admin(String tenant) {
        return keys.issue(TenantContext.of(new TenantId(tenant), "test", null), Role.TENANT_ADMIN, null, "test")
                .token();
    }

    private static void eventually(java.util.function.Supplier<Answer> ask, String expected) {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(10));
        while (!ask.get().response().body().contains(expected) && Instant.now().isBefore(deadline)) {
            Thread.onSpinWait();
        }
        assertThat(ask.get().response().body()).contains(expected);
    }
}
