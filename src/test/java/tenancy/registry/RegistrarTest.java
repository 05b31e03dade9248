package tenancy.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tenancy.InMemoryTenancy.repository;

import java.util.List;
import org.junit.jupiter.api.Test;
import tenancy.AgentId;
import tenancy.Conflict;
import tenancy.Forbidden;
import tenancy.InMemoryTenancy;
import tenancy.NotFound;
import tenancy.TenantContext;
import tenancy.TenantEvent.TenantRegistered;
import tenancy.TenantId;
import tenancy.WorkspaceId;
import tenancy.registry.TenantCommand.ChangeAgent;
import tenancy.registry.TenantCommand.FindAgent;
import tenancy.registry.TenantCommand.FindTenant;
import tenancy.registry.TenantCommand.OpenWorkspace;
import tenancy.registry.TenantCommand.RegisterAgent;
import tenancy.registry.TenantCommand.RegisterTenant;

class RegistrarTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final TenantId GLOBEX = new TenantId("tenant_globex");
    private static final WorkspaceId SUPPORT = new WorkspaceId(ACME, "ws_support");
    private static final AgentId TRIAGE = new AgentId(ACME, "triage");

    private final InMemoryTenancy tenancy = new InMemoryTenancy(
            List.of(Tenant.class, Workspace.class, Agent.class),
            List.of((axon, self) -> new Registrar(
                    repository(axon, Tenant.class), repository(axon, Workspace.class), repository(axon, Agent.class))));

    @Test
    void a_tenant_is_registered_once() {
        RegisterTenant register = new RegisterTenant(ACME, "Acme", "gold");

        TenantView registered = ask(ACME, register);

        assertThat(registered.tenantId()).isEqualTo("tenant_acme");
        assertThat(tenancy.happened()).containsExactly(new TenantRegistered("Acme", "gold"));
        assertThatThrownBy(() -> ask(ACME, register))
                .isInstanceOfSatisfying(
                        Conflict.class, refused -> assertThat(refused.code()).isEqualTo("tenant_exists"));
    }

    @Test
    void the_fleet_is_nobodys_tenant() {
        assertThatThrownBy(() -> ask(TenantId.FLEET, new RegisterTenant(TenantId.FLEET, "Fleet", "gold")))
                .isInstanceOf(Conflict.class);
    }

    @Test
    void a_workspace_needs_its_tenant() {
        assertThatThrownBy(() -> ask(ACME, new OpenWorkspace(SUPPORT, "Support")))
                .isInstanceOf(NotFound.class)
                .hasMessage("There is no tenant tenant_acme in this tenant.");
    }

    @Test
    void a_workspace_is_opened_once() {
        ask(ACME, new RegisterTenant(ACME, "Acme", "gold"));
        ask(ACME, new OpenWorkspace(SUPPORT, "Support"));

        assertThatThrownBy(() -> ask(ACME, new OpenWorkspace(SUPPORT, "Support")))
                .isInstanceOfSatisfying(
                        Conflict.class, refused -> assertThat(refused.code()).isEqualTo("workspace_exists"));
    }

    @Test
    void an_agent_needs_its_workspace() {
        ask(ACME, new RegisterTenant(ACME, "Acme", "gold"));

        assertThatThrownBy(() -> ask(ACME, agent(TRIAGE, SUPPORT)))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("workspace ws_support");
    }

    @Test
    void an_agent_is_registered_once_and_found_at_once() {
        ask(ACME, new RegisterTenant(ACME, "Acme", "gold"));
        ask(ACME, new OpenWorkspace(SUPPORT, "Support"));
        AgentView registered = ask(ACME, agent(TRIAGE, SUPPORT));

        assertThat(registered.active()).isTrue();
        assertThat(this.<AgentView>ask(ACME, new FindAgent(TRIAGE))).isEqualTo(registered);
        assertThatThrownBy(() -> ask(ACME, agent(TRIAGE, SUPPORT)))
                .isInstanceOfSatisfying(
                        Conflict.class, refused -> assertThat(refused.code()).isEqualTo("agent_exists"));
    }

    @Test
    void an_agent_cannot_join_another_tenants_workspace() {
        assertThatThrownBy(() -> ask(GLOBEX, agent(new AgentId(GLOBEX, "triage"), SUPPORT)))
                .isInstanceOf(Forbidden.class);
    }

    @Test
    void what_is_not_there_is_not_found() {
        assertThatThrownBy(() -> ask(ACME, new ChangeAgent(TRIAGE, null, null, null, null, false)))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("agent triage");
        assertThatThrownBy(() -> ask(ACME, new FindTenant(ACME))).isInstanceOf(NotFound.class);
    }

    private static RegisterAgent agent(AgentId agent, WorkspaceId workspace) {
        return new RegisterAgent(agent, workspace, "support_triage", "internal", "regulated", "gold");
    }

    private <R> R ask(TenantId tenant, TenantCommand command) {
        return tenancy.commands().ask(TenantContext.of(tenant, "key:k_1", null), command);
    }
}
