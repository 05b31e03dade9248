package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import platform.DemoApi.Answer;
import platform.TestTenants.TestTenant;
import tenancy.Role;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The main job: an envelope goes in; a decided, executed, journaled action comes out. */
@PlatformTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EnvelopeTest {

    private static final String SUBMIT = "/v1/actions?wait=PT10S";

    @Autowired
    ApplicationContext context;

    private TestTenants tenants;
    private SandboxServer sandbox;

    @BeforeAll
    void start() {
        tenants = TestTenants.of(context);
        sandbox = SandboxServer.start(0);
    }

    @AfterAll
    void stop() {
        sandbox.close();
        tenants.close();
    }

    private TestTenant tenant(String id) {
        TestTenant tenant = tenants.register(id);
        tenants.connector(id, "zendesk", URI.create(sandbox.url()));
        return tenant;
    }

    @Test
    void changes_the_ticket_and_journals_every_step_with_its_whole_context() {
        TestTenant tenant = tenant("envelope_tenant");

        Answer answer =
                tenants.api().post(tenant.key(Role.AGENT), SUBMIT, tenants.envelope(tenant.id(), "wr_1", "zd_99102"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("state").asString()).isEqualTo("succeeded");
        try (var target = new DemoApi(URI.create(sandbox.url()), JsonMapper.shared())) {
            assertThat(target.get("", "/tickets/zd_99102").body().path("status").asString())
                    .isEqualTo("solved");
        }
        String action = answer.body().path("action_id").asString();
        JsonNode entries = tenants.journal(tenant, "&action=" + action);
        assertThat(entries)
                .extracting(entry -> entry.path("type").asString())
                .containsExactly("action_queued", "action_started", "action_succeeded");
        assertThat(entries)
                .extracting(entry -> entry.path("context"))
                .allSatisfy(context -> assertThat(List.of(
                                context.path("tenant").asString(),
                                context.path("workspace").asString(),
                                context.path("agent").asString(),
                                context.path("run").asString(),
                                context.path("profile").asString(),
                                context.path("quota_class").asString()))
                        .containsExactly(
                                tenant.id(),
                                TestTenants.WORKSPACE,
                                TestTenants.AGENT,
                                "wr_1",
                                TestTenants.PROFILE,
                                TestTenants.QUOTA_CLASS));
    }

    @Test
    void is_admitted_exactly_as_often_as_the_budget_allows_however_many_ask_at_once() throws Exception {
        TestTenant tenant = tenant("budget_tenant");
        tenants.api()
                .put(
                        tenants.operator(),
                        "/v1/quotas/overrides/tool_calls_per_day?tenant=" + tenant.id(),
                        Map.of("value", 100))
                .orThrow();

        List<Callable<Answer>> asking = new ArrayList<>();
        for (int n = 0; n < 200; n++) {
            Map<String, Object> envelope = tenants.envelope(tenant.id(), "wr_budget", "zd_" + n);
            asking.add(() -> tenants.api().post(tenant.key(Role.AGENT), "/v1/actions", envelope));
        }
        List<Answer> answers = new ArrayList<>();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Answer> answer : callers.invokeAll(asking)) {
                answers.add(answer.get());
            }
        }

        assertThat(answers).filteredOn(answer -> answer.status() == 202).hasSize(100);
        assertThat(answers)
                .filteredOn(answer -> answer.status() == 429)
                .hasSize(100)
                .allSatisfy(refused -> {
                    JsonNode cause = refused.body().path("cause");
                    assertThat(refused.body().path("state").asString()).isEqualTo("budget_exceeded");
                    assertThat(cause.path("limit").asString()).isEqualTo("tool_calls_per_day");
                    assertThat(cause.path("used").asLong()).isEqualTo(100);
                    assertThat(cause.path("limit_value").asLong()).isEqualTo(100);
                    assertThat(cause.path("resets_at").asString()).endsWith("T00:00:00Z");
                    assertThat(refused.body().path("decision_id").asString()).isNotEmpty();
                });
        JsonNode limits = tenants.api()
                .get(tenant.key(Role.ANALYST), "/v1/quotas")
                .orThrow()
                .body()
                .path("limits");
        assertThat(limits)
                .filteredOn(limit -> limit.path("limit").asString().equals("tool_calls_per_day"))
                .singleElement()
                .satisfies(ledger -> assertThat(ledger.path("used").asLong()).isEqualTo(100));
    }

    @Test
    void is_answered_once_for_one_idempotency_key() {
        TestTenant tenant = tenant("once_tenant");
        Map<String, Object> envelope = tenants.envelope(tenant.id(), "wr_once", "zd_77");

        Answer first = tenants.api().post(tenant.key(Role.AGENT), SUBMIT, envelope);
        Answer second = tenants.api().post(tenant.key(Role.AGENT), SUBMIT, envelope);

        assertThat(second.body().path("action_id")).isEqualTo(first.body().path("action_id"));
        assertThat(tenants.journal(tenant, "&type=action_queued")).hasSize(1);
    }

    @Test
    void is_refused_where_it_disagrees_with_the_credential_and_says_so_in_the_callers_own_journal() {
        TestTenant owner = tenant("owner_of_envelope");
        TestTenant stranger = tenant("stranger_to_envelope");
        Map<String, Object> envelope = new LinkedHashMap<>(tenants.envelope(owner.id(), "wr_1", "zd_1"));

        Answer refused = tenants.api().post(stranger.key(Role.AGENT), SUBMIT, envelope);

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body().toString()).doesNotContain("Name of " + owner.id());
        assertThat(tenants.journal(stranger, "&type=request_refused"))
                .extracting(entry -> entry.path("payload").path("status").asInt())
                .containsExactly(403);
        assertThat(tenants.journal(owner, "&type=request_refused")).isEmpty();
    }
}
