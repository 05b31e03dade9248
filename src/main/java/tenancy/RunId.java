package tenancy;

/** One workflow run of an agent. Spelled as an aggregate identifier it is {@code <tenant>/run/<key>}. */
public record RunId(TenantId tenant, String key) {

    public RunId {
        Identifiers.check("workflow_run_id", key);
    }

    @Override
    public String toString() {
        return tenant.value() + "/run/" + key;
    }
}
