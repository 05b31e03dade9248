package quota;

import java.util.Map;
import tenancy.Cause;
import tenancy.Refusal;
import tenancy.TenantId;

/** So many large requests are under way that another has to wait. Nothing of it was read. */
class NoRoomForBody extends Refusal {

    private final Cause.Owner owner;

    private NoRoomForBody(boolean ofTenant, String detail) {
        super(ofTenant ? Kind.TOO_MANY : Kind.UNAVAILABLE, "too_much_under_way", detail);
        this.owner = ofTenant ? Cause.Owner.TENANT : Cause.Owner.PLATFORM;
    }

    /** @param limit in KiB */
    static NoRoomForBody ofTenant(TenantId tenant, int limit) {
        return new NoRoomForBody(
                true,
                "Large requests of tenant %s under way take %d KiB, which is the limit. Nothing was read: retry in a second."
                        .formatted(tenant.value(), limit));
    }

    static NoRoomForBody ofAll() {
        return new NoRoomForBody(
                false,
                "Large requests of all tenants take the memory that there is for them. Nothing was read: retry in a second.");
    }

    @Override
    public Map<String, String> headers() {
        return Map.of("Retry-After", "1");
    }

    @Override
    public Cause because() {
        return new Cause(owner, "capacity", "large_requests", null, null, null, null, null, getMessage());
    }
}
