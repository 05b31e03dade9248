package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ClassPathResource;
import platform.Demo.Customer;
import platform.Demo.Secret;
import platform.Demo.Traffic;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The demo's three tenants, as their documents describe them: what each may do, must ask for, and may not. */
@PlatformTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoTenantsTest {

    private final SandboxServer sandbox = SandboxServer.start(0);
    private final Map<String, Customer> customers = new HashMap<>();
    private final Map<String, TestClient> agents = new HashMap<>();
    private final Given given;
    private final JsonMapper json;
    private final Environment environment;
    private int asked;

    @Autowired
    DemoTenantsTest(Given given, JsonMapper json, Environment environment) {
        this.given = given;
        this.json = json;
        this.environment = environment;
    }

    @BeforeAll
    void register() throws IOException {
        // Names of their own: other tests of this database may know a tenant_acme too.
        String text = new ClassPathResource("demo/demo.json")
                .getContentAsString(StandardCharsets.UTF_8)
                .replaceAll("\"tenant_(acme|globex|initech)\"", "\"demo_$1\"")
                .replace("\"enterprise_gold\"", "\"demo_gold\"")
                .replace("\"starter\"", "\"demo_starter\"");
        Demo demo = json.readValue(text, Demo.class);
        TestClient operator = given.operator();
        demo.quotaClasses()
                .forEach((name, limits) -> operator.put("/v1/quota-classes/" + name, limits.toString())
                        .expect(201));
        for (Customer customer : demo.tenants()) {
            customers.put(customer.tenantId(), customer);
            agents.put(customer.tenantId(), registered(operator, customer));
        }
    }

    private TestClient registered(TestClient operator, Customer customer) {
        String in = "?tenant=" + customer.tenantId();
        operator.post("/v1/tenants", """
            {"tenant_id":"%s","name":"%s","quota_class":"%s"}\
            """.formatted(customer.tenantId(), customer.name(), customer.quotaClass()))
                .expect(201);
        operator.post("/v1/workspaces" + in, """
            {"workspace_id":"%s","name":"w"}\
            """.formatted(customer.workspaceId()))
                .expect(201);
        operator.post("/v1/agents" + in, """
            {"agent_id":"%s","workspace_id":"%s","agent_class":"%s","trust_zone":"internal","policy_profile":"%s",
             "quota_class":"%s"}\
            """.formatted(
                                customer.agentId(),
                                customer.workspaceId(),
                                customer.agentClass(),
                                customer.policyProfile(),
                                customer.quotaClass()))
                .expect(201);
        operator.put(
                        "/v1/policies/" + customer.policyProfile() + in,
                        "{\"document\":%s,\"comment\":\"\"}".formatted(customer.policy()))
                .expect(201);
        for (String connector : customer.connectors()) {
            operator.put(
                            "/v1/connectors/" + connector + in,
                            DemoData.connector(customer, connector, sandbox, json)
                                    .toString())
                    .expect(201);
        }
        for (Secret secret : customer.secrets()) {
            operator.post("/v1/secrets" + in, """
                {"secret_id":"%s","system":"%s","mode":"%s","value":{"type":"api_key","value":"%s"}}\
                """.formatted(
                                    secret.secretId(), secret.system(), secret.mode(), sandbox.key(secret.mode())))
                    .expect(201);
            operator.post(
                            "/v1/secrets/" + secret.secretId() + "/grants" + in,
                            secret.grant().toString())
                    .expect(201);
        }
        return key(customer, "\"role\":\"agent\",\"agent_id\":\"" + customer.agentId() + '"');
    }

    @AfterAll
    void stop() {
        sandbox.close();
    }

    @Test
    void acme_drafts_on_its_own_and_needs_a_person_for_writes() {
        String tenant = "demo_acme";
        assertThat(ask(tenant, "ticket.draft_reply", "zendesk", Map.of("record_id", "zd_7"), "{\"text\":\"Dear\"}")
                        .at("/state"))
                .isEqualTo("succeeded");
        Answer held = ask(tenant, "ticket.update", "zendesk", Map.of("record_id", "zd_8"), "{\"status\":\"solved\"}");
        assertThat(held.expect(202).at("/state")).isEqualTo("approval_required");
        assertThat(counted("ticket.update")).isZero();

        String approval = held.at("/links/approve");
        agent(tenant).post(approval + ":grant", "{}").expect(403);
        Answer granted = key(customer(tenant), "\"role\":\"approver\"")
                .post(approval + ":grant", "{\"comment\":\"Checked.\"}")
                .expect(200);

        assertThat(granted.at("/state")).isEqualTo("granted");
        assertThat(ended(tenant, held.at("/action_id")).at("/state")).isEqualTo("succeeded");
        assertThat(counted("ticket.update")).isEqualTo(1);
        assertThat(ask(tenant, "ticket.delete", "zendesk", Map.of("record_id", "zd_8"), "{}")
                        .at("/state"))
                .isEqualTo("denied");
    }

    @Test
    void acmes_tickets_want_a_key_and_each_agent_gets_the_one_for_what_it_does() {
        String tenant = "demo_acme";
        for (String path : List.of("/keyed/tickets/zd_20", "/keyed/tickets")) {
            assertThat(new TestClient(URI.create(sandbox.url()), null).get(path).status())
                    .isEqualTo(401);
        }
        ask(tenant, "ticket.draft_reply", "zendesk", Map.of("record_id", "zd_20"), "{\"text\":\"Dear\"}")
                .expect(200);
        Answer read = ask(tenant, "ticket.read", "zendesk", Map.of("record_id", "zd_20"), "{}");
        assertThat(read.at("/state")).isEqualTo("succeeded");
        assertThat(read.at("/outcome/result/draft")).isEqualTo("Dear");

        JsonNode used = key(customer(tenant), "\"role\":\"auditor\"")
                .get("/v1/secrets/zendesk_read/exposure")
                .expect(200)
                .json();
        assertThat(used.at("/items").findValuesAsString("action_id")).contains(read.at("/action_id"));
        assertThat(used.at("/items").findValuesAsString("operation")).containsOnly("ticket.read");
    }

    @Test
    void globex_reaches_no_external_web() {
        Answer denied = ask("demo_globex", "web.fetch", "web", Map.of("page", "news"), "{}");

        assertThat(denied.expect(403).at("/cause/rule")).isEqualTo("no-external-web");
        assertThat(ask("demo_globex", "ticket.draft_reply", "zendesk", Map.of("record_id", "zd_9"), "{\"text\":\"a\"}")
                        .at("/state"))
                .isEqualTo("succeeded");
    }

    @Test
    void initech_keeps_its_crm_and_sends_only_mail_that_the_classifier_passed() {
        String tenant = "demo_initech";
        assertThat(ask(tenant, "crm.update", "crm", Map.of("record_id", "crm_1"), "{\"stage\":\"customer\"}")
                        .at("/state"))
                .isEqualTo("succeeded");
        assertThat(mail(tenant, "buyer@example.com", "Thank you.").at("/state")).isEqualTo("succeeded");
        assertThat(counted("mail.send")).isEqualTo(1);

        Answer flagged = mail(tenant, "buyer@example.com", "We guarantee it.");
        assertThat(flagged.at("/state")).isEqualTo("denied");
        assertThat(flagged.at("/cause/rule")).isEqualTo("classified-mail");
        assertThat(mail(tenant, "cto@competitor.example.com", "Thank you.").at("/state"))
                .isEqualTo("denied");
        sandbox.faults(new SandboxServer.Faults(0, 1, 500, false, false));
        assertThat(mail(tenant, "buyer@example.com", "Thank you again.").at("/state"))
                .as("a classifier that does not answer passes nothing")
                .isEqualTo("denied");
        sandbox.faults(SandboxServer.Faults.NONE);

        assertThat(counted("mail.send")).isEqualTo(1);
    }

    private Answer mail(String tenant, String to, String text) {
        return ask(tenant, "mail.send", "mail", Map.of(), """
            {"to":["%s"],"subject":"Your order","text":"%s"}""".formatted(to, text));
    }

    private Answer ask(String tenant, String operation, String system, Map<String, String> target, String arguments) {
        var traffic = new Traffic(1, operation, system, target, json.readTree(arguments), null, null, null);
        Map<String, Object> envelope = customer(tenant).envelope(traffic, "wr_" + asked++);
        return agent(tenant).post("/v1/actions?wait=PT10S", json.writeValueAsString(envelope));
    }

    private TestClient agent(String tenant) {
        return Objects.requireNonNull(agents.get(tenant));
    }

    private Customer customer(String tenant) {
        return Objects.requireNonNull(customers.get(tenant));
    }

    private Answer ended(String tenant, String action) {
        Answer answer = agent(tenant).get("/v1/actions/" + action);
        for (int look = 0; look < 100 && answer.json().path("ended_at").isNull(); look++) {
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
            answer = agent(tenant).get("/v1/actions/" + action);
        }
        return answer.expect(200);
    }

    private TestClient key(Customer customer, String of) {
        String issued = given.operator()
                .post("/v1/keys?tenant=" + customer.tenantId(), "{%s,\"label\":\"test\"}".formatted(of))
                .expect(201)
                .at("/api_key");
        return new TestClient(
                URI.create("http://127.0.0.1:" + environment.getRequiredProperty("local.server.port")), issued);
    }

    private long counted(String effect) {
        try (var target = new DemoApi(URI.create(sandbox.url()), json)) {
            JsonNode counts = target.get("", "/counts").body();
            return counts.path("effects_by_kind").path(effect).asLong(0);
        }
    }
}
