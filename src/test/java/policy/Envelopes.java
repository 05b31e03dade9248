package policy;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.ActionEnvelope;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Effect;
import tenancy.Estimate;
import tenancy.RunId;
import tenancy.Target;
import tenancy.TenantId;
import tenancy.WorkspaceId;

/** Envelopes that differ in what a policy looks at. */
final class Envelopes {

    private static final TenantId ACME = new TenantId("tenant_acme");

    private Envelopes() {}

    static ActionEnvelope of(String operation) {
        return of(operation, Effect.WRITE, "support", "internal", "acme.zendesk.test", List.of("internal"), null);
    }

    static ActionEnvelope of(
            String operation,
            Effect effect,
            String agentClass,
            String trustZone,
            String destination,
            List<String> dataClasses,
            @Nullable String model) {
        return of(operation, effect, agentClass, trustZone, destination, dataClasses, model, "{}", 0, List.of());
    }

    static ActionEnvelope with(
            String operation,
            String destination,
            String arguments,
            @Nullable String model,
            long tokens,
            List<String> recipients) {
        return of(
                operation,
                Effect.WRITE,
                "support",
                "internal",
                destination,
                List.of(),
                model,
                arguments,
                tokens,
                recipients);
    }

    private static ActionEnvelope of(
            String operation,
            Effect effect,
            String agentClass,
            String trustZone,
            String destination,
            List<String> dataClasses,
            @Nullable String model,
            String arguments,
            long tokens,
            List<String> recipients) {
        return new ActionEnvelope(
                new ActionId(ACME, "act_1"),
                new WorkspaceId(ACME, "ws_support"),
                new AgentId(ACME, "support_triage_v4"),
                agentClass,
                trustZone,
                new RunId(ACME, "wr_1"),
                "regulated_support",
                "enterprise_gold",
                operation,
                effect,
                new Target("zendesk", Map.of()),
                destination,
                arguments,
                dataClasses,
                model,
                recipients,
                new Estimate(100, tokens, 0, 0));
    }
}
