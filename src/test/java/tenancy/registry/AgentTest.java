package tenancy.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.junit.jupiter.api.Test;
import tenancy.AgentId;
import tenancy.Agents.Registration;
import tenancy.TenantEvent.AgentChanged;
import tenancy.TenantEvent.AgentRegistered;
import tenancy.TenantId;
import tenancy.WorkspaceId;
import tenancy.registry.TenantCommand.ChangeAgent;

class AgentTest {

    private static final AgentId TRIAGE = new AgentId(new TenantId("tenant_acme"), "triage");
    private static final EventMessage<?> REGISTERED = new GenericEventMessage<>(
            new AgentRegistered("triage", "ws_support", "support_triage", "internal", "regulated", "gold"),
            Map.of("tenant", "tenant_acme"));

    private final AggregateTestFixture<Agent> agent = new AggregateTestFixture<>(Agent.class);

    @Test
    void is_active_when_registered_and_retired_by_a_change() {
        agent.given(REGISTERED)
                .when(new ChangeAgent(TRIAGE, null, null, null, null, false))
                .expectEvents(changed("internal", false));
    }

    @Test
    void is_reinstated() {
        agent.given(REGISTERED, changed("internal", false))
                .when(new ChangeAgent(TRIAGE, null, null, null, null, true))
                .expectEvents(changed("internal", true));
    }

    @Test
    void moves_to_another_trust_zone_and_keeps_the_rest() {
        agent.given(REGISTERED)
                .when(new ChangeAgent(TRIAGE, null, "untrusted", null, null, null))
                .expectEvents(changed("untrusted", true));
    }

    @Test
    void does_not_change_into_itself() {
        agent.given(REGISTERED)
                .when(new ChangeAgent(TRIAGE, "support_triage", null, "regulated", null, true))
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void its_registration_is_what_it_was_last_changed_to() {
        var triage = new Agent();
        triage.on((AgentRegistered) REGISTERED.getPayload(), "tenant_acme", Instant.EPOCH);
        assertThat(triage.registration().trustZone()).isEqualTo("internal");

        triage.on(changed("untrusted", false));

        assertThat(triage.registration())
                .isEqualTo(new Registration(
                        TRIAGE,
                        new WorkspaceId(TRIAGE.tenant(), "ws_support"),
                        "support_triage",
                        "untrusted",
                        "regulated",
                        "gold",
                        false));
    }

    private static AgentChanged changed(String trustZone, boolean active) {
        return new AgentChanged("triage", "ws_support", "support_triage", trustZone, "regulated", "gold", active);
    }
}
