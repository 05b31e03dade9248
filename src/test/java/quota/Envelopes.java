package quota;

import java.util.List;
import java.util.Map;
import tenancy.ActionEnvelope;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Effect;
import tenancy.Estimate;
import tenancy.RunId;
import tenancy.Target;
import tenancy.TenantId;
import tenancy.WorkspaceId;

/** Envelopes that differ in what a quota looks at. */
final class Envelopes {

    static final TenantId ACME = new TenantId("tenant_acme");
    static final String GOLD = "enterprise_gold";

    private Envelopes() {}

    static ActionEnvelope of(String action, String quotaClass) {
        return new ActionEnvelope(
                new ActionId(ACME, action),
                new WorkspaceId(ACME, "ws_support"),
                new AgentId(ACME, "support_triage_v4"),
                "support",
                "internal",
                new RunId(ACME, "wr_1"),
                "regulated_support",
                quotaClass,
                "ticket.update",
                Effect.WRITE,
                new Target("zendesk", Map.of()),
                "acme.zendesk.test",
                "{}",
                List.of(),
                null,
                List.of(),
                Estimate.ofSlot(100));
    }

    static Limits limits(long concurrentRuns, long toolCallsPerDay) {
        return new Limits(10, 20, concurrentRuns, toolCallsPerDay, 1, 4, 100);
    }
}
