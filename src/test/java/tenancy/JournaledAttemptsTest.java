package tenancy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.axonframework.eventhandling.DomainEventMessage;
import org.junit.jupiter.api.Test;
import tenancy.TenantEvent.TenantRead;
import tenancy.TenantEvent.RequestRefused;

class JournaledAttemptsTest {

    private static final TenantContext BY_ACME = TenantContext.of(new TenantId("tenant_acme"), "key:k_1", "req_1");

    private final InMemoryTenancy tenancy = new InMemoryTenancy(List.of(), List.of());
    private final Attempts attempts = tenancy.attempts();

    @Test
    void a_refusal_is_written_into_the_stream_of_whoever_asked() {
        attempts.refused(BY_ACME, "GET", "/v1/runs/{run}", 404, "not_found", null);

        assertThat(tenancy.happened())
                .containsExactly(new RequestRefused("GET", "/v1/runs/{run}", 404, "not_found", null));
        assertThat(tenancy.events().getFirst().getMetaData())
                .containsEntry(TenantContext.TENANT, "tenant_acme")
                .containsEntry(TenantContext.PRINCIPAL, "key:k_1");
    }

    @Test
    void each_attempt_is_an_aggregate_of_the_tenant_on_its_own() {
        attempts.accessed(BY_ACME, Role.OPERATOR, "GET", "/v1/agents");
        attempts.accessed(BY_ACME, Role.OPERATOR, "GET", "/v1/agents");

        assertThat(tenancy.happened()).containsOnly(new TenantRead(Role.OPERATOR, "GET", "/v1/agents"));
        assertThat(tenancy.events())
                .extracting(event -> ((DomainEventMessage<?>) event).getAggregateIdentifier())
                .allMatch(aggregate -> aggregate.startsWith("tenant_acme/access/"))
                .doesNotHaveDuplicates();
    }
}
