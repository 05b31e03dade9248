package tenancy;

/** One customer of the platform: the boundary at which every blast radius stops. */
public record TenantId(String value) {

    /** The platform's own tenant: operators and what they do to no tenant in particular is journaled here. */
    public static final TenantId FLEET = new TenantId("fleet");

    public TenantId {
        Identifiers.check("tenant_id", value);
    }

    /** The tenant that an aggregate identifier ({@code <tenant>/<kind>/<key>}, or the tenant alone) belongs to. */
    public static TenantId ofAggregate(String aggregateIdentifier) {
        int end = aggregateIdentifier.indexOf('/');
        return new TenantId(end < 0 ? aggregateIdentifier : aggregateIdentifier.substring(0, end));
    }

    @Override
    public String toString() {
        return value;
    }
}
