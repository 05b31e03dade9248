package quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import platform.Given;
import platform.Given.Customer;
import platform.PlatformTest;
import platform.TestClient;
import platform.TestClient.Answer;
import tenancy.TenantId;
import tenancy.TenantTransactions;

@PlatformTest
class QuotasEndpointTest {

    private static final String CLASS = """
        {"requests_per_second":%d,"burst":%d,"concurrent_runs":2,"tool_calls_per_day":%d,"weight":3,
         "max_parallel_actions":4,"queued_actions":100}\
        """;

    private final Given given;
    private final QuotaClasses classes;
    private final ThrottleCounts counts;
    private final TenantTransactions transactions;
    private final JdbcClient rows;
    private final Supplier<UUID> ids;
    private final TestClient operator;

    @Autowired
    QuotasEndpointTest(
            Given given,
            QuotaClasses classes,
            ThrottleCounts counts,
            TenantTransactions transactions,
            JdbcClient rows,
            Supplier<UUID> ids) {
        this.given = given;
        this.classes = classes;
        this.counts = counts;
        this.transactions = transactions;
        this.rows = rows;
        this.ids = ids;
        this.operator = given.operator();
    }

    @Test
    void a_class_is_in_force_as_soon_as_it_is_defined_and_a_row_soon_after() {
        operator.put("/v1/quota-classes/silver", CLASS.formatted(1_000, 1_000, 10))
                .expect(201);
        operator.put("/v1/quota-classes/silver", CLASS.formatted(1_000, 1_000, 20))
                .expect(200);

        assertThat(classes.limits(new TenantId("tenant_any"), "silver").toolCallsPerDay())
                .isEqualTo(20);
        Customer customer = customer("silver");
        assertThat(customer.agent()
                        .get("/v1/quota-classes/silver")
                        .expect(200)
                        .json()
                        .at("/limits/weight")
                        .asInt())
                .isEqualTo(3);
        customer.admin()
                .put("/v1/quota-classes/silver", CLASS.formatted(1, 1, 1))
                .expect(403);
        operator.put("/v1/quota-classes/silver", CLASS.formatted(0, 1, 1)).expect(400);
        eventually(TenantId.FLEET, "select version from quota.quota_class where name = 'silver'", 2L);
    }

    @Test
    void an_override_is_in_force_at_once_and_shown_with_its_source() {
        operator.put("/v1/quota-classes/bronze", CLASS.formatted(1_000, 1_000, 10));
        Customer customer = customer("bronze");
        String limit = "/v1/quotas/overrides/tool_calls_per_day";

        customer.admin().put(limit, "{\"value\":11}").expect(403);
        Answer lowered = customer.admin().put(limit, "{\"value\":5}").expect(200);
        operator.put(limit + "?tenant=" + customer.tenant(), "{\"value\":500}").expect(200);

        assertThat(lowered.at("/source")).isEqualTo("own_override");
        var tenant = new TenantId(customer.tenant());
        assertThat(classes.limits(tenant, "bronze").toolCallsPerDay()).isEqualTo(5);
        customer.admin().delete(limit).expect(204);
        assertThat(classes.limits(tenant, "bronze").toolCallsPerDay()).isEqualTo(500);
        var shown = customer.agent().get("/v1/quotas").expect(200).json();
        assertThat(shown.at("/limits/3/limit").asString()).isEqualTo("tool_calls_per_day");
        assertThat(shown.at("/limits/3/limit_value").asLong()).isEqualTo(500);
        assertThat(shown.at("/limits/3/source").asString()).isEqualTo("operator_override");
        assertThat(shown.at("/limits/3/used").asLong()).isZero();
        assertThat(shown.at("/limits/3/resets_at").asString()).endsWith("T00:00:00Z");
        customer.admin().delete(limit).expect(404);
        operator.delete(limit + "?tenant=" + customer.tenant()).expect(204);
        eventually(tenant, "select count(*) from quota.limit_override", 0L);
    }

    @Test
    void a_flood_is_refused_with_fields_that_say_until_when_and_journaled_once() {
        operator.put("/v1/quota-classes/slow", CLASS.formatted(1, 40, 10));
        Customer customer = customer("slow");
        Answer last = customer.admin().get("/v1/quotas");
        while (last.status() == 200) {
            last = customer.admin().get("/v1/quotas");
        }

        assertThat(last.status()).as(last.body()).isEqualTo(429);
        assertThat(last.at("/code")).isEqualTo("throttled");
        assertThat(last.at("/cause/limit")).isEqualTo("requests_per_second");
        assertThat(last.at("/cause/owner")).isEqualTo("tenant");
        assertThat(last.header("Retry-After")).isEqualTo("1");
        assertThat(last.header("RateLimit-Policy")).isEqualTo("\"requests\";q=40;w=40");
        assertThat(last.header("RateLimit")).isEqualTo("\"requests\";r=0;t=1");
        counts.flush().join();
        eventually(
                new TenantId(customer.tenant()),
                "select count(*) from journal.event where payload_type = 'requests_throttled'",
                1L);
    }

    @Test
    void a_tenant_of_a_class_that_nobody_defined_may_do_nothing() {
        String tenant = "tenant_" + ids.get().toString().replace("-", "");
        operator.post("/v1/tenants", """
            {"tenant_id":"%s","name":"x","quota_class":"undefined"}\
            """.formatted(tenant)).expect(201);
        String key = operator.post("/v1/keys?tenant=" + tenant, "{\"role\":\"auditor\",\"label\":\"x\"}")
                .expect(201)
                .at("/api_key");

        Answer refused =
                new TestClient(operator.platform(), key).get("/v1/quotas").expect(403);

        assertThat(refused.at("/code")).isEqualTo("unknown_quota_class");
    }

    private Customer customer(String quotaClass) {
        return given.customer("tenant_" + ids.get().toString().replace("-", ""), quotaClass);
    }

    private void eventually(TenantId tenant, String sql, Long expected) {
        var seen = new AtomicReference<Object>("nothing");
        for (int look = 0; look < 100; look++) {
            seen.set(transactions.in(
                    tenant,
                    () -> rows.sql(sql)
                            .query(Long.class)
                            .optional()
                            .<Object>map(n -> n)
                            .orElse("nothing")));
            if (expected.equals(seen.get())) {
                return;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(50).toNanos());
        }
        assertThat(seen.get()).isEqualTo(expected);
    }
}
