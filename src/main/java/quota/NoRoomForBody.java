package quota;

import java.util.Map;
import tenancy.Cause;
import tenancy.Refusal;
import tenancy.TenantId;

/** So many large requests are under way that another has to wait. Nothing of it was read. */
class NoRoomForBody extends Refusal {

    private final Cause cause;

    private NoRoomForBody(boolean ofTenant, String whose, long used, long limit) {
        super(
                ofTenant ? Kind.TOO_MANY : Kind.UNAVAILABLE,
                "too_much_under_way",
                "Large requests of %s under way take %d of %d bytes, and this one finds no room. Nothing was read: retry in a second."
                        .formatted(whose, used, limit));
        this.cause = Cause.limit(
                ofTenant ? Cause.Owner.TENANT : Cause.Owner.PLATFORM,
                "capacity",
                "large_request_bytes",
                used,
                limit,
                null);
    }

    /** @param used in bytes, like the limit */
    static NoRoomForBody ofTenant(TenantId tenant, long used, long limit) {
        return new NoRoomForBody(true, "tenant " + tenant.value(), used, limit);
    }

    static NoRoomForBody ofAll(long used, long limit) {
        return new NoRoomForBody(false, "all tenants", used, limit);
    }

    @Override
    public Map<String, String> headers() {
        return Map.of("Retry-After", "1");
    }

    @Override
    public Cause because() {
        return cause;
    }
}
