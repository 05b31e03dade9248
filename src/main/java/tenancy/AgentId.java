package tenancy;

/** One registered agent of a tenant. Spelled as an aggregate identifier it is {@code <tenant>/agent/<key>}. */
public record AgentId(TenantId tenant, String key) {

    public AgentId {
        Identifiers.check("agent_id", key);
    }

    @Override
    public String toString() {
        return tenant.value() + "/agent/" + key;
    }
}
