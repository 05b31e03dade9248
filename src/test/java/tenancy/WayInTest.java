package tenancy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import journal.Journal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import platform.PlatformTest;
import tenancy.Api.Answer;

@PlatformTest
class WayInTest {

    private static final TenantId ACME = new TenantId("tenant_way_in");
    private static final TenantId GLOBEX = new TenantId("tenant_way_out");
    private static final TenantContext FLEET = TenantContext.of(TenantId.FLEET, "test", null);

    private final Keys keys;
    private final Tenants tenants;
    private final Journal journal;
    private final Api nobody;

    @Autowired
    WayInTest(Keys keys, Tenants tenants, Journal journal, @LocalServerPort int port) {
        this.keys = keys;
        this.tenants = tenants;
        this.journal = journal;
        this.nobody = new Api(port, null);
    }

    @BeforeEach
    void register_two_tenants() {
        nobody.as(keys.issue(FLEET, Role.OPERATOR, null, "test").token()).defineQuotaClass("gold");
        for (TenantId tenant : List.of(ACME, GLOBEX)) {
            if (!tenants.registered(tenant)) {
                tenants.register(TenantContext.of(tenant, "test", null), "Test", "gold");
            }
        }
    }

    @Test
    void without_a_credential_nothing_is_shown() {
        Answer answer = nobody.get("/v1/agents");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"firebreak\"");
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.text("code")).isEqualTo("invalid_credential");
    }

    @Test
    void every_bad_credential_gets_the_same_answer() {
        String good = key(Role.AUDITOR);
        String other = good.substring(0, good.length() - 3) + "AAA";

        for (String bad :
                List.of("fbk_x", other, "a.b.c", "fbk_k_01926b5e000070008000000000000001_" + "A".repeat(43))) {
            Answer answer = nobody.as(bad).get("/v1/agents");
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("WWW-Authenticate")).endsWith("error=\"invalid_token\"");
            assertThat(answer.text("detail")).isEqualTo(nobody.get("/v1/agents").text("detail"));
        }
        assertThat(nobody.as(good).get("/v1/agents").status()).isEqualTo(200);
    }

    @Test
    void a_revoked_key_stops_at_once() {
        Api admin = nobody.as(key(Role.TENANT_ADMIN));
        Answer issued = admin.post("/v1/keys", "{\"role\":\"auditor\",\"label\":\"audit\"}");
        Api auditor = nobody.as(issued.text("api_key"));
        assertThat(issued.status()).isEqualTo(201);
        assertThat(auditor.get("/v1/workspaces").status()).isEqualTo(200);

        assertThat(admin.delete("/v1/keys/" + issued.text("key_id")).status()).isEqualTo(204);

        assertThat(auditor.get("/v1/workspaces").status()).isEqualTo(401);
        assertThat(admin.get("/v1/keys").response().body())
                .contains(issued.text("key_id"))
                .doesNotContain(issued.text("api_key"))
                .doesNotContain("hash");
    }

    @Test
    void a_role_that_may_not_is_told_which_may_and_the_attempt_is_journaled() {
        Answer answer = nobody.as(key(Role.ANALYST)).post("/v1/workspaces", "{\"workspace_id\":\"w\",\"name\":\"W\"}");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text("code")).isEqualTo("role_required");
        assertThat(answer.text("detail")).contains("tenant_admin");
        assertThat(journaled(ACME, "request_refused")).anyMatch(event -> event.contains("role_required"));
    }

    @Test
    void an_agent_is_no_administrator() {
        assertThat(nobody.as(key(Role.TENANT_ADMIN)).get("/v1/agents").status()).isEqualTo(200);
        tenants.openWorkspace(in(ACME), new WorkspaceId(ACME, "ws_agents"), "Agents");
        AgentId agent = new AgentId(ACME, "no_admin");
        tenants.registerAgent(
                in(ACME),
                new Agents.Registration(
                        agent, new WorkspaceId(ACME, "ws_agents"), "triage", "internal", "regulated", "gold", true));
        String credential = keys.issue(in(ACME), Role.AGENT, agent, "test").token();

        assertThat(nobody.as(credential).get("/v1/agents").status()).isEqualTo(403);
        assertThat(nobody.as(credential).get("/v1/keys").status()).isEqualTo(403);
    }

    @Test
    void a_tenants_credential_cannot_name_another_tenant() {
        Api admin = nobody.as(key(Role.TENANT_ADMIN));

        for (String path :
                List.of("/v1/agents?tenant=" + GLOBEX, "/v1/tenants/" + GLOBEX, "/v1/tenants/tenant_hooli")) {
            Answer answer = admin.get(path);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.text("code")).isEqualTo("other_tenant");
        }
        assertThat(admin.get("/v1/agents?tenant=" + ACME).status()).isEqualTo(200);
        assertThat(journaled(ACME, "request_refused")).anyMatch(event -> event.contains("other_tenant"));
        assertThat(journaled(GLOBEX, "request_refused")).isEmpty();
    }

    @Test
    void an_operator_who_reads_a_tenant_is_seen_there_by_name() {
        Keys.Issued key = keys.issue(FLEET, Role.OPERATOR, null, "test");

        assertThat(nobody.as(key.token()).get("/v1/workspaces?tenant=" + GLOBEX).status())
                .isEqualTo(200);

        assertThat(journal.read(GLOBEX, Journal.Filter.ALL, 0, 1_000))
                .filteredOn(entry -> entry.type().equals("tenant_read"))
                .anyMatch(entry -> utf8(entry.metaData()).contains(key.key().key())
                        && utf8(entry.payload()).contains("/v1/workspaces"));
    }

    @Test
    void an_operator_names_tenants_that_exist_and_one_at_a_time() {
        Api operator = nobody.as(keys.issue(FLEET, Role.OPERATOR, null, "test").token());

        assertThat(operator.get("/v1/agents?tenant=tenant_hooli").status()).isEqualTo(404);
        assertThat(operator.get("/v1/agents?tenant=a%2Fb").status()).isEqualTo(400);
        assertThat(operator.get("/v1/agents?tenant=" + ACME + "&tenant=" + GLOBEX)
                        .status())
                .isEqualTo(400);
    }

    @Test
    void health_is_open_and_measurements_are_for_operators() {
        Api operator = nobody.as(keys.issue(FLEET, Role.OPERATOR, null, "test").token());

        assertThat(nobody.get("/actuator/health/liveness").status()).isEqualTo(200);
        assertThat(nobody.get("/actuator/prometheus").status()).isEqualTo(401);
        assertThat(nobody.as(key(Role.TENANT_ADMIN)).get("/actuator/prometheus").status())
                .isEqualTo(403);
        assertThat(operator.get("/actuator/health").status()).isEqualTo(200);
    }

    @Test
    void what_is_not_named_is_closed() {
        assertThat(nobody.get("/nothing").status()).isEqualTo(401);
        assertThat(nobody.as(key(Role.TENANT_ADMIN)).get("/nothing").status()).isEqualTo(403);
        assertThat(nobody.get("/openapi.json").status()).isEqualTo(200);
    }

    private String key(Role role) {
        return keys.issue(in(ACME), role, null, "test").token();
    }

    private static TenantContext in(TenantId tenant) {
        return TenantContext.of(tenant, "test", null);
    }

    private List<String> journaled(TenantId tenant, String type) {
        return journal.read(tenant, Journal.Filter.ALL, 0, 1_000).stream()
                .filter(entry -> entry.type().equals(type))
                .map(entry -> utf8(entry.payload()))
                .toList();
    }

    private static String utf8(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
