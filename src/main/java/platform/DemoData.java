package platform;

import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.event.EventListener;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;
import tenancy.Keys;
import tenancy.Role;
import tenancy.TenantContext;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The demo: three tenants with the rules of real customers, their target systems, and some seconds of traffic. It uses
 * nothing but the HTTP API, and is there only while the platform brings its own database.
 */
@Component
@Conditional(NoDatabaseConfigured.class)
@ConditionalOnProperty(name = "firebreak.demo.enabled", matchIfMissing = true)
@EnableConfigurationProperties(DemoSettings.class)
class DemoData {

    private static final String LABEL = "demo";
    private static final String SANDBOX = "${sandbox}";

    /** The envelope of the README: it is sent as it is. */
    private static final String ENVELOPE = """
        {"tenant_id":"tenant_acme","workspace_id":"ws_support","agent_id":"support_triage_v4",\
        "workflow_run_id":"wr_2026_04_26_1842","policy_profile":"regulated_support",\
        "quota_class":"enterprise_gold","requested_action":"ticket.update",\
        "target":{"system":"zendesk","record_id":"zd_99102"},\
        "arguments":{"status":"solved"},"data_classes":["internal"]}\
        """;

    private final Keys keys;
    private final JsonMapper json;
    private final Supplier<UUID> ids;
    private final DemoSettings settings;
    private final SandboxServer sandbox;

    DemoData(Keys keys, JsonMapper json, Supplier<UUID> ids, DemoSettings settings) {
        this.keys = keys;
        this.json = json;
        this.ids = ids;
        this.settings = settings;
        this.sandbox = SandboxServer.start(settings.sandboxPort());
    }

    @EventListener
    void run(ApplicationReadyEvent ready) {
        if (!(ready.getApplicationContext() instanceof WebServerApplicationContext web) || web.getWebServer() == null) {
            return;
        }
        URI here = URI.create("http://localhost:" + web.getWebServer().getPort());
        Demo demo = json.readValue(read("demo/demo.json"), Demo.class);
        TenantContext fleet = TenantContext.of(TenantId.FLEET, "demo", null);
        Keys.Issued operator = keys.issue(fleet, Role.OPERATOR, null, LABEL);
        try (var api = new DemoApi(here, json)) {
            prepare(api, operator.token(), demo);
            Map<String, String> agentKeys = new LinkedHashMap<>();
            Map<String, String> approverKeys = new LinkedHashMap<>();
            for (Demo.Customer customer : demo.tenants()) {
                revokeFormer(api, operator.token(), customer);
                agentKeys.put(
                        customer.tenantId(),
                        freshKey(
                                api,
                                operator.token(),
                                customer,
                                Map.of("role", "agent", "agent_id", customer.agentId())));
                if (customer.approver()) {
                    approverKeys.put(
                            customer.tenantId(), freshKey(api, operator.token(), customer, Map.of("role", "approver")));
                }
            }
            Map<String, Integer> outcomes = traffic(api, demo, agentKeys);
            print(System.out, here, agentKeys, approverKeys, outcomes);
        } finally {
            keys.revoke(fleet, operator.key());
        }
    }

    private void prepare(DemoApi api, String operator, Demo demo) {
        demo.quotaClasses().forEach((name, limits) -> {
            if (!api.get(operator, "/v1/quota-classes/" + name).found()) {
                api.put(operator, "/v1/quota-classes/" + name, limits).orThrow();
            }
        });
        for (Demo.Customer customer : demo.tenants()) {
            if (!api.get(operator, "/v1/tenants/" + customer.tenantId()).found()) {
                register(api, operator, customer);
            }
            customer.secrets().forEach(secret -> keep(api, operator, customer, secret));
        }
    }

    private void register(DemoApi api, String operator, Demo.Customer customer) {
        String inTenant = "?tenant=" + customer.tenantId();
        api.post(
                        operator,
                        "/v1/tenants",
                        Map.of(
                                "tenant_id", customer.tenantId(),
                                "name", customer.name(),
                                "quota_class", customer.quotaClass()))
                .orThrow();
        api.post(
                        operator,
                        "/v1/workspaces" + inTenant,
                        Map.of("workspace_id", customer.workspaceId(), "name", customer.workspaceId()))
                .orThrow();
        api.post(
                        operator,
                        "/v1/agents" + inTenant,
                        Map.of(
                                "agent_id", customer.agentId(),
                                "workspace_id", customer.workspaceId(),
                                "agent_class", customer.agentClass(),
                                "trust_zone", "internal",
                                "policy_profile", customer.policyProfile(),
                                "quota_class", customer.quotaClass()))
                .orThrow();
        api.put(
                        operator,
                        "/v1/policies/" + customer.policyProfile() + inTenant,
                        Map.of("document", customer.policy(), "comment", "The demo's rules."))
                .orThrow();
        for (String connector : customer.connectors()) {
            JsonNode document = connector(customer, connector, sandbox, json);
            api.put(operator, "/v1/connectors/" + connector + inTenant, document)
                    .orThrow();
        }
    }

    /** The sandbox makes new keys at every start: they go in as a new version, and those before work no longer. */
    private void keep(DemoApi api, String operator, Demo.Customer customer, Demo.Secret secret) {
        String inTenant = "?tenant=" + customer.tenantId();
        String path = "/v1/secrets/" + secret.secretId();
        Map<String, String> value = Map.of("type", "api_key", "value", sandbox.key(secret.mode()));
        if (api.get(operator, path + inTenant).found()) {
            api.post(operator, path + "/versions" + inTenant, Map.of("value", value, "overlap", "PT0S"))
                    .orThrow();
            return;
        }
        api.post(
                        operator,
                        "/v1/secrets" + inTenant,
                        Map.of(
                                "secret_id", secret.secretId(),
                                "system", secret.system(),
                                "mode", secret.mode(),
                                "value", value))
                .orThrow();
        api.post(operator, path + "/grants" + inTenant, secret.grant()).orThrow();
    }

    /** A key is shown once, so every start issues its own, and those of the start before are revoked. */
    private static void revokeFormer(DemoApi api, String operator, Demo.Customer customer) {
        String inTenant = "?tenant=" + customer.tenantId();
        JsonNode former = api.get(operator, "/v1/keys" + inTenant + "&limit=200")
                .orThrow()
                .body()
                .get("items");
        for (JsonNode key : former) {
            if (LABEL.equals(key.path("label").asString())
                    && key.path("revoked_at").isNull()) {
                api.delete(operator, "/v1/keys/" + key.path("key_id").asString() + inTenant)
                        .orThrow();
            }
        }
    }

    private static String freshKey(DemoApi api, String operator, Demo.Customer customer, Map<String, String> of) {
        Map<String, String> wanted = new LinkedHashMap<>(of);
        wanted.put("label", LABEL);
        return api.post(operator, "/v1/keys?tenant=" + customer.tenantId(), wanted)
                .orThrow()
                .body()
                .path("api_key")
                .asString();
    }

    /** Counts what became of the demo's actions: tenant, operation, state and cause. */
    private Map<String, Integer> traffic(DemoApi api, Demo demo, Map<String, String> agentKeys) {
        Map<String, Integer> outcomes = new TreeMap<>();
        String run = "wr_demo_" + ids.get().toString().replace("-", "");
        for (Demo.Customer customer : demo.tenants()) {
            String key = agentKeys.getOrDefault(customer.tenantId(), "");
            for (Demo.Traffic traffic : customer.traffic()) {
                for (int n = 0; n < traffic.times(); n++) {
                    JsonNode answer = api.act(
                                    key,
                                    customer.envelope(traffic, run),
                                    ids.get().toString())
                            .body();
                    outcomes.merge(line(customer, traffic, answer), 1, Integer::sum);
                }
            }
        }
        return outcomes;
    }

    private static String line(Demo.Customer customer, Demo.Traffic traffic, JsonNode answer) {
        JsonNode cause = answer.path("cause");
        String why = cause.isObject()
                ? cause.path("owner").asString("") + ' ' + because(cause)
                : answer.path("detail").asString("");
        return "%-15s %-19s %-17s %s"
                .formatted(
                        customer.tenantId(),
                        traffic.requestedAction(),
                        answer.path("state").asString(answer.path("code").asString("")),
                        why.strip());
    }

    private static String because(JsonNode cause) {
        if (cause.hasNonNull("limit")) {
            return "%s %s of %s, resets %s"
                    .formatted(
                            cause.path("limit").asString(""),
                            cause.path("used").asString(""),
                            cause.path("limit_value").asString(""),
                            cause.path("resets_at").asString(""));
        }
        String rule = cause.path("rule").asString("");
        // Each one waits until a moment of its own: the table counts what is alike.
        return cause.path("kind").asString("").equals("approval")
                ? rule + " waits for a person"
                : rule + ' ' + cause.path("detail").asString("");
    }

    private void print(
            PrintStream out,
            URI here,
            Map<String, String> agentKeys,
            Map<String, String> approverKeys,
            Map<String, Integer> outcomes) {
        var text = new StringBuilder();
        text.append("\nFirebreak is ready.\n  API            %s/v1\n  Documentation  %s/docs\n  Sandbox        %s\n"
                .formatted(here, here, sandbox.url()));
        text.append("\nWhat happened to the demo's actions\n");
        text.append("  %5s  %-15s %-19s %-17s %s\n".formatted("count", "tenant", "action", "state", "cause"));
        outcomes.forEach((line, count) -> text.append("  %5d  %s\n".formatted(count, line)));
        text.append("\nKeys of the demo's agents and approvers (new ones each start)\n");
        agentKeys.forEach((tenant, key) -> text.append("  %-15s agent     %s\n".formatted(tenant, key)));
        approverKeys.forEach((tenant, key) -> text.append("  %-15s approver  %s\n".formatted(tenant, key)));
        text.append("""

            Send an envelope:

            curl -s '%1$s/v1/actions' \\
              -H 'Authorization: Bearer %2$s' -H 'Content-Type: application/json' \\
              -d '%3$s'

            It waits for a person. Agree, with the action_id of the answer in the place of ACTION:

            curl -s '%1$s/v1/approvals/ACTION:grant' \\
              -H 'Authorization: Bearer %4$s' -H 'Content-Type: application/json' \\
              -d '{"comment":"Checked with the customer."}'

            and see what came of it, and the ticket:

            curl -s '%1$s/v1/actions/ACTION' -H 'Authorization: Bearer %2$s'
            curl -s %5$s/tickets/zd_99102
            """.formatted(
                        here, agentKeys.get("tenant_acme"), ENVELOPE, approverKeys.get("tenant_acme"), sandbox.url()));
        out.println(text);
    }

    /** The description as the customer needs it: where it has a secret for the system, a key is wanted. */
    static JsonNode connector(Demo.Customer customer, String system, SandboxServer sandbox, JsonMapper json) {
        if (!customer.isKeyed(system)) {
            return json.readTree(connector(system, URI.create(sandbox.url())));
        }
        JsonNode keyed = json.readTree(connector(system, URI.create(sandbox.keyedUrl())));
        return keyed.asObject().set("credential", json.createObjectNode().put("as", "bearer"));
    }

    /** The description of one of the demo's target systems, at this address. */
    static String connector(String system, URI sandbox) {
        return read("demo/connectors/" + system + ".json").replace(SANDBOX, sandbox.toString());
    }

    private static String read(String resource) {
        try (InputStream in = new ClassPathResource(resource).getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    @PreDestroy
    void stop() {
        sandbox.close();
    }
}
