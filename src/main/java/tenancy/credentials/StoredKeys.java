package tenancy.credentials;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.AgentId;
import tenancy.Caller;
import tenancy.KeyId;
import tenancy.Keys;
import tenancy.NotFound;
import tenancy.Role;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.Tenants;
import tenancy.credentials.KeyCommand.IssueKey;
import tenancy.credentials.KeyCommand.RevokeKey;

/** Keys, over their aggregates; a revoked one is forgotten as soon as that is committed. */
@Component
class StoredKeys implements Keys {

    private final TenantCommands commands;
    private final Tenants tenants;
    private final KeyCallers callers;
    private final Supplier<UUID> ids;
    private final SecureRandom random = new SecureRandom();

    StoredKeys(TenantCommands commands, Tenants tenants, KeyCallers callers, Supplier<UUID> ids) {
        this.commands = commands;
        this.tenants = tenants;
        this.callers = callers;
        this.ids = ids;
    }

    @Override
    public Issued issue(TenantContext context, Role role, @Nullable AgentId agent, String label) {
        TenantId tenant = context.tenant();
        if (!tenant.equals(TenantId.FLEET) && !tenants.registered(tenant)) {
            throw new NotFound("tenant", tenant.value());
        }
        KeyToken token = KeyToken.random(ids.get(), random);
        KeyId key = new KeyId(tenant, token.key());
        commands.ask(context, new IssueKey(key, role, agent, label, token.hash()));
        return new Issued(key, token.text());
    }

    @Override
    public void revoke(TenantContext context, KeyId key) {
        commands.ask(context, new RevokeKey(key));
        callers.forget(key);
    }

    @Override
    public boolean inForce(Caller caller) {
        return callers.inForce(caller);
    }
}
