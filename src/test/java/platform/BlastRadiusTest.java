package platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.ApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import platform.DemoApi.Answer;
import platform.TestTenants.TestTenant;
import tenancy.Role;
import tools.jackson.databind.JsonNode;

/**
 * Every endpoint and every table, asked by the wrong tenant. The endpoints are read from the API's own description and
 * the tables from the database's, so that a new one is asked too.
 */
@PlatformTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BlastRadiusTest {

    private static final String CANARY = "canary";
    private static final String RECORD = "zd_471100815";
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
    private static final List<Role> ROLES =
            List.of(Role.AGENT, Role.TENANT_ADMIN, Role.APPROVER, Role.AUDITOR, Role.ANALYST);

    @Autowired
    ApplicationContext context;

    @Autowired
    DataSource application;

    @Autowired
    @Qualifier("systemDataSource")
    DataSource everyTenant;

    @Autowired
    PlatformTransactionManager transactions;

    private TestTenants tenants;
    private SandboxServer sandbox;
    private TestTenant owner;
    private TestTenant stranger;
    /** What the owner has, by the name that path templates give it. */
    private final Map<String, String> owned = new HashMap<>();

    /** One operation of the API's description. */
    private record Endpoint(String method, String path, JsonNode description) {}

    @BeforeAll
    void twoTenants() {
        tenants = TestTenants.of(context);
        sandbox = SandboxServer.start(0);
        owner = tenants.register("owner_" + CANARY);
        stranger = tenants.register("stranger");
        tenants.connector(owner.id(), "zendesk", URI.create(sandbox.url()));
        Answer done = tenants.api()
                .post(
                        owner.key(Role.AGENT),
                        "/v1/actions?wait=PT10S",
                        tenants.envelope(owner.id(), "wr_" + CANARY, RECORD))
                .orThrow();
        JsonNode keys = tenants.api()
                .get(owner.key(Role.AUDITOR), "/v1/keys")
                .orThrow()
                .body()
                .path("items");
        owned.put("tenant", owner.id());
        owned.put("workspace", TestTenants.WORKSPACE);
        owned.put("agent", TestTenants.AGENT);
        owned.put("profile", TestTenants.PROFILE);
        owned.put("version", "1");
        owned.put("simulation", "sim_none");
        owned.put("system", "zendesk");
        owned.put("operation", "ticket.update");
        owned.put("limit", "tool_calls_per_day");
        owned.put("quotaClass", TestTenants.QUOTA_CLASS);
        owned.put("run", "wr_" + CANARY);
        Answer webhook = tenants.api()
                .post(owner.key(Role.TENANT_ADMIN), "/v1/webhooks", Map.of("url", "https://example.com/" + RECORD))
                .orThrow();
        tenants.api()
                .post(
                        owner.key(Role.TENANT_ADMIN),
                        "/v1/secrets",
                        Map.of(
                                "secret_id",
                                "secret_" + CANARY,
                                "system",
                                "zendesk",
                                "mode",
                                "mutate",
                                "value",
                                Map.of("type", "api_key", "value", RECORD)))
                .orThrow();
        Answer grant = tenants.api()
                .post(
                        owner.key(Role.TENANT_ADMIN),
                        "/v1/secrets/secret_" + CANARY + "/grants",
                        Map.of("operations", List.of("*")))
                .orThrow();
        Answer rollback = tenants.api()
                .post(owner.key(Role.TENANT_ADMIN), "/v1/rollbacks", Map.of("system", "zendesk"))
                .orThrow();
        owned.put("rollback", rollback.body().path("rollback_id").asString());
        Answer incident = tenants.api()
                .post(
                        owner.key(Role.TENANT_ADMIN),
                        "/v1/incidents",
                        Map.of(
                                "title",
                                "Incident of " + RECORD,
                                "severity",
                                "low",
                                "scope",
                                Map.of("kind", "tenant"),
                                "from",
                                done.body().path("decided_at").asString()))
                .orThrow();
        owned.put("incident", incident.body().path("incident_id").asString());
        Answer contained = tenants.api()
                .post(
                        owner.key(Role.TENANT_ADMIN),
                        "/v1/containment",
                        Map.of("scope", "run", "key", "wr_frozen", "posture", "frozen", "reason", RECORD))
                .orThrow();
        owned.put("containment", contained.body().at("/receipt/containment_id").asString());
        owned.put("rule", "rule_" + CANARY);
        owned.put("lease", "ls_" + CANARY);
        owned.put("level", "0");
        owned.put("projection", "runs");
        owned.put("index", "000");
        owned.put("secret", "secret_" + CANARY);
        owned.put("grant", grant.body().path("grant_id").asString());
        owned.put("agentClass", "support_triage");
        owned.put("webhook", webhook.body().path("webhook_id").asString());
        owned.put("action", done.body().path("action_id").asString());
        owned.put("key", keys.get(0).path("key_id").asString());
    }

    @AfterAll
    void stop() {
        sandbox.close();
        tenants.close();
    }

    private List<Endpoint> endpoints() {
        JsonNode paths = tenants.api()
                .get(stranger.key(Role.AGENT), "/openapi.json")
                .orThrow()
                .body()
                .path("paths");
        List<Endpoint> endpoints = new ArrayList<>();
        paths.propertyStream()
                .forEach(path -> path.getValue().propertyStream().forEach(operation -> {
                    if (METHODS.contains(operation.getKey())) {
                        endpoints.add(new Endpoint(
                                operation.getKey().toUpperCase(Locale.ROOT), path.getKey(), operation.getValue()));
                    }
                }));
        assertThat(endpoints).hasSizeGreaterThan(25);
        return endpoints;
    }

    /** The path with the owner's ids in it; a template variable that nobody thought of here fails. */
    private String path(Endpoint endpoint) {
        String path = endpoint.path();
        for (JsonNode parameter : endpoint.description().path("parameters")) {
            if (parameter.path("in").asString().equals("path")) {
                String name = parameter.path("name").asString();
                assertThat(owned)
                        .as("an owner's id for {%s} of %s", name, endpoint.path())
                        .containsKey(name);
                path = path.replace("{" + name + "}", owned.getOrDefault(name, ""));
            }
        }
        return path;
    }

    private Answer ask(Role role, Endpoint endpoint, String query) {
        boolean withBody = endpoint.description().has("requestBody");
        Object body = withBody ? body(endpoint) : null;
        return tenants.api().send(stranger.key(role), endpoint.method(), path(endpoint) + query, body);
    }

    /** What is understood, so that it is refused for whom it is from and not for how it looks. */
    private Object body(Endpoint endpoint) {
        if (endpoint.path().endsWith(":grant")) {
            return Map.of("comment", CANARY);
        }
        if (endpoint.path().endsWith(":accept")) {
            return Map.of("digest", CANARY);
        }
        if (endpoint.path().endsWith(":adopt") || endpoint.path().endsWith(":refresh")) {
            return Map.of();
        }
        if (endpoint.path().endsWith(":reconcile")) {
            return Map.of("outcome", "failed", "evidence", CANARY);
        }
        if (endpoint.path().endsWith("/{secret}/versions")) {
            return Map.of("value", Map.of("type", "api_key", "value", CANARY));
        }
        if (endpoint.path().endsWith("/grants")) {
            return Map.of("operations", List.of("*"));
        }
        if (endpoint.path().endsWith("/rollbacks")) {
            return Map.of("system", "zendesk");
        }
        if (endpoint.path().endsWith("{rollback}:execute")) {
            return Map.of("digest", "0".repeat(64));
        }
        if (endpoint.path().endsWith("{tenant}:erase")) {
            return Map.of("reason", CANARY, "confirm", CANARY);
        }
        if (endpoint.path().endsWith("/notes")) {
            return Map.of("note", CANARY);
        }
        if (endpoint.path().endsWith("{incident}:close")) {
            return Map.of("summary", CANARY);
        }
        if (endpoint.path().equals("/v1/containment")) {
            return Map.of("scope", "run", "key", "wr_" + CANARY, "posture", "normal", "reason", CANARY);
        }
        return endpoint.path().endsWith(":deny")
                        || endpoint.path().endsWith(":release")
                        || endpoint.path().endsWith(":confirm")
                ? Map.of("reason", CANARY)
                : tenants.envelope(owner.id(), "wr_" + CANARY, RECORD);
    }

    private long last(TestTenant tenant) {
        return Objects.requireNonNull(new JdbcTemplate(everyTenant)
                .queryForObject(
                        "select max(tenant_seq) from journal.event where tenant_id = ?", Long.class, tenant.id()));
    }

    @Test
    void naming_another_tenant_is_forbidden_everywhere_and_journaled_in_the_callers_own_stream() {
        for (Endpoint endpoint : endpoints()) {
            for (Role role : ROLES) {
                long ownersBefore = last(owner);
                long strangersBefore = last(stranger);

                Answer answer = ask(role, endpoint, "?tenant=" + owner.id());

                assertThat(answer.status())
                        .as("%s %s as %s", endpoint.method(), endpoint.path(), role)
                        .isIn(403, 404);
                assertThat(answer.body().toString()).doesNotContain("Name of", "Support of", RECORD);
                assertThat(last(owner)).isEqualTo(ownersBefore);
                assertThat(last(stranger))
                        .as("journaled: %s %s as %s", endpoint.method(), endpoint.path(), role)
                        .isEqualTo(strangersBefore + 1);
            }
        }
    }

    @Test
    void anothers_ids_find_nothing_and_change_nothing() {
        for (Endpoint endpoint : endpoints()) {
            if (endpoint.path().endsWith(":tail")) {
                // A stream of the caller's own journal: it takes no id of anybody, and does not end.
                continue;
            }
            for (Role role : ROLES) {
                long ownersBefore = last(owner);

                Answer answer = ask(role, endpoint, "");

                assertThat(answer.status())
                        .as("%s %s as %s: %s", endpoint.method(), endpoint.path(), role, answer.body())
                        .isLessThan(500);
                assertThat(answer.body().toString())
                        .as("%s %s as %s", endpoint.method(), endpoint.path(), role)
                        .doesNotContain("Name of owner", "Support of owner", RECORD);
                assertThat(last(owner)).isEqualTo(ownersBefore);
                if (onlyOwners(endpoint)) {
                    assertThat(answer.status())
                            .as("%s %s as %s", endpoint.method(), endpoint.path(), role)
                            .isIn(403, 404);
                }
            }
        }
    }

    /** Whether the path names a thing that the owner has and the stranger has not. */
    private static boolean onlyOwners(Endpoint endpoint) {
        return List.of(
                                "{tenant}",
                                "{action}",
                                "{run}",
                                "{key}",
                                "{webhook}",
                                "{grant}",
                                "{rollback}",
                                "{incident}",
                                "{containment}",
                                "{lease}")
                        .stream()
                        .anyMatch(endpoint.path()::contains)
                || endpoint.path().contains("{secret}") && !endpoint.path().endsWith("/exposure")
                || endpoint.method().equals("GET") && endpoint.path().contains("{system}");
    }

    private List<@Nullable String> tenantTables() {
        List<@Nullable String> tables = new JdbcTemplate(everyTenant)
                .queryForList(
                        "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid ="
                                + " c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'"
                                + " where c.relkind in ('r', 'p') order by 1",
                        String.class);
        assertThat(tables).hasSizeGreaterThan(8).contains("journal.event", "execution.queue_entry");
        return tables;
    }

    @Test
    void no_table_shows_a_row_while_no_tenant_is_set() {
        var rows = new JdbcTemplate(application);
        assertThat(new JdbcTemplate(everyTenant).queryForObject("select count(*) from journal.event", Long.class))
                .isPositive();
        for (String table : tenantTables()) {
            assertThat(rows.queryForObject("select count(*) from " + table, Long.class))
                    .as(table)
                    .isZero();
        }
    }

    @Test
    void no_table_takes_a_row_for_another_tenant() {
        var rows = new JdbcTemplate(application);
        var transaction = new TransactionTemplate(transactions);
        for (String table : tenantTables()) {
            assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                        rows.queryForObject("select set_config('app.tenant', 'stranger', true)", String.class);
                        rows.update("insert into " + table + " (tenant_id) values (?)", owner.id());
                    }))
                    .as(table)
                    .isInstanceOf(DataAccessException.class)
                    .rootCause()
                    .hasMessageMatching("(?s).*(row-level security policy|permission denied).*");
        }
    }

    @Test
    void every_table_of_tenants_forces_row_level_security_and_begins_its_key_with_the_tenant() {
        List<@Nullable String> loose = new JdbcTemplate(everyTenant)
                .queryForList(
                        "select c.oid::regclass::text from pg_class c"
                                + " join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'"
                                + " left join pg_index i on i.indrelid = c.oid and i.indisprimary"
                                + " where c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity"
                                + " and i.indkey[0] = a.attnum)",
                        String.class);
        assertThat(loose).isEmpty();
    }
}
