package tenancy.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tenancy.InMemoryTenancy.repository;

import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.junit.jupiter.api.Test;
import tenancy.AgentId;
import tenancy.Agents.Registration;
import tenancy.InMemoryTenancy;
import tenancy.InvalidField;
import tenancy.KeyId;
import tenancy.NotFound;
import tenancy.Role;
import tenancy.TenantContext;
import tenancy.TenantEvent.KeyIssued;
import tenancy.TenantEvent.KeyRevoked;
import tenancy.TenantId;
import tenancy.WorkspaceId;
import tenancy.credentials.KeyCommand.IssueKey;
import tenancy.credentials.KeyCommand.RevokeKey;

class KeyIssuerTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final AgentId TRIAGE = new AgentId(ACME, "triage");
    private static final KeyId KEY = new KeyId(ACME, "k_1");

    private final InMemoryTenancy tenancy = new InMemoryTenancy(
            List.of(ApiKey.class),
            List.of((axon, self) -> new KeyIssuer(repository(axon, ApiKey.class), KeyIssuerTest::registration)));

    @Test
    void a_key_is_written_down_without_its_secret() {
        ask(new IssueKey(KEY, Role.AGENT, TRIAGE, "orchestrator", "hash"));

        assertThat(tenancy.happened())
                .containsExactly(new KeyIssued("k_1", Role.AGENT, "triage", "orchestrator", "hash"));
    }

    @Test
    void its_row_is_derived_from_the_event() {
        ask(new IssueKey(KEY, Role.AUDITOR, null, "audit", "hash"));
        EventMessage<?> issued = tenancy.events().getFirst();

        assertThat(new IssuedKeyRows().rows(issued).getFirst())
                .containsExactly(
                        "tenant_acme",
                        "k_1",
                        "hash",
                        "auditor",
                        null,
                        "audit",
                        issued.getTimestamp().toString());
        assertThat(new RevokedKeyRows().rows(issued)).isEmpty();
    }

    @Test
    void it_is_revoked_once() {
        ask(new IssueKey(KEY, Role.AUDITOR, null, "audit", "hash"));
        ask(new RevokeKey(KEY));
        ask(new RevokeKey(KEY));

        assertThat(tenancy.happened()).endsWith(new KeyRevoked("k_1")).hasSize(2);
    }

    @Test
    void an_agents_key_needs_a_registered_agent() {
        assertThatThrownBy(() -> ask(new IssueKey(KEY, Role.AGENT, new AgentId(ACME, "nobody"), "x", "hash")))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> ask(new IssueKey(KEY, Role.AGENT, null, "x", "hash")))
                .isInstanceOf(InvalidField.class);
    }

    @Test
    void no_other_key_is_bound_to_an_agent() {
        assertThatThrownBy(() -> ask(new IssueKey(KEY, Role.ANALYST, TRIAGE, "x", "hash")))
                .isInstanceOf(InvalidField.class);
    }

    @Test
    void operators_are_of_the_fleet_and_nobody_else_is() {
        assertThatThrownBy(() -> ask(new IssueKey(KEY, Role.OPERATOR, null, "x", "hash")))
                .isInstanceOf(InvalidField.class);
        assertThatThrownBy(
                        () -> ask(new IssueKey(new KeyId(TenantId.FLEET, "k_2"), Role.TENANT_ADMIN, null, "x", "hash")))
                .isInstanceOf(InvalidField.class);
    }

    private void ask(KeyCommand command) {
        TenantId tenant = switch (command) {
            case IssueKey issue -> issue.key().tenant();
            case RevokeKey revoke -> revoke.key().tenant();
        };
        tenancy.commands().ask(TenantContext.of(tenant, "key:k_0", null), command);
    }

    private static Registration registration(AgentId agent) {
        if (!agent.equals(TRIAGE)) {
            throw new NotFound("agent", agent.key());
        }
        return new Registration(
                agent, new WorkspaceId(ACME, "ws_support"), "support", "internal", "regulated", "gold", true);
    }
}
