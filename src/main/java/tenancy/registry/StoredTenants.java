package tenancy.registry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.springframework.stereotype.Component;
import tenancy.Agents.Registration;
import tenancy.NotFound;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.Tenants;
import tenancy.WorkspaceId;
import tenancy.registry.TenantCommand.FindTenant;
import tenancy.registry.TenantCommand.OpenWorkspace;
import tenancy.registry.TenantCommand.RegisterAgent;
import tenancy.registry.TenantCommand.RegisterTenant;

/** Tenants, over their aggregates; the commands are answered after they are committed. */
@Component
class StoredTenants implements Tenants {

    private static final int MOST_REMEMBERED = 50_000;

    private final TenantCommands commands;
    private final RememberedSubscriptions subscriptions;

    /** Tenants are never removed: once seen, one is there for good. */
    private final Cache<TenantId, Boolean> seen = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_REMEMBERED)
            .build();

    StoredTenants(TenantCommands commands, RememberedSubscriptions subscriptions) {
        this.commands = commands;
        this.subscriptions = subscriptions;
    }

    @Override
    public boolean registered(TenantId tenant) {
        if (seen.getIfPresent(tenant) != null) {
            return true;
        }
        try {
            subscriptions.remember(commands.ask(TenantContext.of(tenant, "platform", null), new FindTenant(tenant)));
        } catch (NotFound absent) {
            return false;
        }
        seen.put(tenant, true);
        return true;
    }

    @Override
    public void register(TenantContext context, String name, String quotaClass) {
        subscriptions.remember(commands.ask(context, new RegisterTenant(context.tenant(), name, quotaClass)));
    }

    @Override
    public void openWorkspace(TenantContext context, WorkspaceId workspace, String name) {
        commands.ask(context, new OpenWorkspace(workspace, name));
    }

    @Override
    public void registerAgent(TenantContext context, Registration registration) {
        commands.ask(
                context,
                new RegisterAgent(
                        registration.agent(),
                        registration.workspace(),
                        registration.agentClass(),
                        registration.trustZone(),
                        registration.policyProfile(),
                        registration.quotaClass()));
    }
}
