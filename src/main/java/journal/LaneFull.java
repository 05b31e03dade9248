package journal;

import tenancy.Refusal;
import tenancy.TenantId;

/** More commands of one tenant wait than the platform holds for it. */
class LaneFull extends Refusal {
    LaneFull(TenantId tenant, int limit) {
        super(
                Kind.UNAVAILABLE,
                "lane_full",
                "%d commands of tenant %s wait already, which is the limit. Nothing was recorded: retry in a second."
                        .formatted(limit, tenant));
    }
}
