package tenancy.registry;

import java.util.Map;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.junit.jupiter.api.Test;
import tenancy.TenantEvent.TenantChanged;
import tenancy.TenantEvent.TenantRegistered;
import tenancy.TenantId;
import tenancy.registry.TenantCommand.ChangeTenant;

class TenantTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final EventMessage<?> REGISTERED =
            new GenericEventMessage<>(new TenantRegistered("Acme", "enterprise_gold"), Map.of("tenant", "tenant_acme"));

    private final AggregateTestFixture<Tenant> tenant = new AggregateTestFixture<>(Tenant.class);

    @Test
    void keeps_what_a_change_does_not_mention() {
        tenant.given(REGISTERED)
                .when(new ChangeTenant(ACME, null, "enterprise_silver"))
                .expectEvents(new TenantChanged("Acme", "enterprise_silver"));
    }

    @Test
    void does_not_change_into_itself() {
        tenant.given(REGISTERED)
                .when(new ChangeTenant(ACME, "Acme", null))
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void builds_on_the_change_before() {
        tenant.given(REGISTERED, new TenantChanged("Acme", "enterprise_silver"))
                .when(new ChangeTenant(ACME, "Acme AG", null))
                .expectEvents(new TenantChanged("Acme AG", "enterprise_silver"));
    }
}
