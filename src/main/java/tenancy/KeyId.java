package tenancy;

/** One API key of a tenant. Spelled as an aggregate identifier it is {@code <tenant>/key/<key>}. */
public record KeyId(TenantId tenant, String key) {

    public KeyId {
        Identifiers.check("key_id", key);
    }

    @Override
    public String toString() {
        return tenant.value() + "/key/" + key;
    }
}
