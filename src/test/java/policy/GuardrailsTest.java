package policy;

import static org.assertj.core.api.Assertions.assertThat;

import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import platform.Given;
import platform.Given.Customer;
import platform.PlatformTest;
import platform.TestClient;
import platform.TestClient.Answer;
import policy.PolicyCommand.TryPolicy;
import policy.PolicyDocument.Destinations;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/** Layers in the whole platform: published over HTTP, in force in lanes, and known again after a start. */
@PlatformTest
class GuardrailsTest {

    private static final String DENYING = """
        {"document":{"rules":[{"id":"%s","effect":"deny","operations":["forbidden.everywhere"]}]}}\
        """;

    private final Given given;
    private final TenantCommands commands;
    private final Guardrails guardrails;
    private final JdbcTemplate everyTenant;

    @Autowired
    GuardrailsTest(
            Given given,
            TenantCommands commands,
            Guardrails guardrails,
            @Qualifier("systemDataSource") DataSource everyTenant) {
        this.given = given;
        this.commands = commands;
        this.guardrails = guardrails;
        this.everyTenant = new JdbcTemplate(everyTenant);
    }

    @Test
    void what_the_operator_publishes_is_in_force_for_all_tenants_at_once() {
        Customer customer = given.customer();
        TestClient operator = given.operator();
        Answer before = operator.get("/v1/policies/layer:platform");

        Answer published = before.status() == 404
                ? operator.put("/v1/policies/layer:platform", DENYING.formatted("nowhere"))
                : operator.put(
                        "/v1/policies/layer:platform", DENYING.formatted("nowhere"), "If-Match", before.header("ETag"));

        long version = Long.parseLong(published.at("/version"));
        assertThat(guardrails.inForce().orElseThrow().version()).isEqualTo(version);
        assertThat(decide(customer, "forbidden.everywhere").reasons())
                .extracting(reason -> reason.layer() + " " + reason.version() + " " + reason.rule())
                .contains("PLATFORM " + version + " nowhere");
    }

    @Test
    void a_tenants_layer_is_known_by_a_row_that_is_committed_with_it() {
        Customer customer = given.customer();

        customer.admin()
                .put("/v1/policies/layer:tenant", DENYING.formatted("not_here"))
                .expect(201);

        assertThat(everyTenant.queryForList(
                        "select profile from policy.book where tenant_id = ?", String.class, customer.tenant()))
                .contains("layer:tenant");
        assertThat(decide(customer, "forbidden.everywhere").reasons())
                .extracting(Verdict.Reason::rule)
                .contains("not_here");
        assertThat(decide(given.customer(), "forbidden.everywhere").reasons())
                .extracting(Verdict.Reason::rule)
                .doesNotContain("not_here");
    }

    @Test
    void no_tenant_publishes_what_is_the_platforms() {
        given.customer()
                .admin()
                .put("/v1/policies/layer:platform", DENYING.formatted("mine"))
                .expect(400);
    }

    private Verdict decide(Customer customer, String operation) {
        var tenant = new TenantId(customer.tenant());
        var nothing = new PolicyDocument(null, Destinations.NONE, null, null, null, null);
        Decider decider = commands.ask(
                TenantContext.of(tenant, "test", null),
                new TryPolicy(new ProfileId(tenant, "regulated_support"), nothing));
        return decider.decide(Envelopes.of(operation));
    }
}
