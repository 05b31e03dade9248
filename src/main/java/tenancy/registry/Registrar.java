package tenancy.registry;

import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.springframework.stereotype.Component;
import tenancy.Conflict;
import tenancy.TenantId;
import tenancy.WorkspaceId;
import tenancy.registry.TenantCommand.OpenWorkspace;
import tenancy.registry.TenantCommand.RegisterAgent;
import tenancy.registry.TenantCommand.RegisterTenant;

/** Creates tenants, workspaces and agents: each once, and only inside something that exists. */
@Component
class Registrar {

    private final Repository<Tenant> tenants;
    private final Repository<Workspace> workspaces;
    private final Repository<Agent> agents;

    Registrar(Repository<Tenant> tenants, Repository<Workspace> workspaces, Repository<Agent> agents) {
        this.tenants = tenants;
        this.workspaces = workspaces;
        this.agents = agents;
    }

    @CommandHandler
    TenantView handle(RegisterTenant register) throws Exception {
        TenantId tenant = register.tenant();
        if (tenant.equals(TenantId.FLEET) || exists(tenants, tenant)) {
            throw new Conflict("tenant_exists", "Tenant %s is registered already.".formatted(tenant));
        }
        return tenants.newInstance(() -> new Tenant(register)).invoke(Tenant::view);
    }

    @CommandHandler
    WorkspaceView handle(OpenWorkspace open) throws Exception {
        WorkspaceId workspace = open.workspace();
        tenants.load(workspace.tenant().toString());
        if (exists(workspaces, workspace)) {
            throw new Conflict("workspace_exists", "Workspace %s is open already.".formatted(workspace.key()));
        }
        return workspaces.newInstance(() -> new Workspace(open)).invoke(Workspace::view);
    }

    @CommandHandler
    AgentView handle(RegisterAgent register) throws Exception {
        workspaces.load(register.workspace().toString());
        if (exists(agents, register.agent())) {
            throw new Conflict(
                    "agent_exists",
                    "Agent %s is registered already.".formatted(register.agent().key()));
        }
        return agents.newInstance(() -> new Agent(register)).invoke(Agent::view);
    }

    private static boolean exists(Repository<?> repository, Record id) {
        try {
            repository.load(id.toString());
            return true;
        } catch (AggregateNotFoundException absent) {
            return false;
        }
    }
}
