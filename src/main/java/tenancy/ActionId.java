package tenancy;

/** One requested effect inside a run. Spelled as an aggregate identifier it is {@code <tenant>/action/<key>}. */
public record ActionId(TenantId tenant, String key) {

    public ActionId {
        Identifiers.check("action_id", key);
    }

    @Override
    public String toString() {
        return tenant.value() + "/action/" + key;
    }
}
