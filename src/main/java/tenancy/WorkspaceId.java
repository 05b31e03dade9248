package tenancy;

/** One customer account or team inside a tenant. Spelled as an aggregate identifier it is {@code <tenant>/workspace/<key>}. */
public record WorkspaceId(TenantId tenant, String key) {

    public WorkspaceId {
        Identifiers.check("workspace_id", key);
    }

    @Override
    public String toString() {
        return tenant.value() + "/workspace/" + key;
    }
}
