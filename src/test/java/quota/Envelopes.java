package quota;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
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
    static final String SUPPORT = "ws_support";
    static final String TRIAGE = "support_triage_v4";

    private Envelopes() {}

    static ActionEnvelope of(String action, String quotaClass) {
        return new Asked(action, quotaClass).envelope();
    }

    /** What a test says of an action; the rest is as usual. */
    record Asked(
            TenantId tenant,
            String action,
            String quotaClass,
            String workspace,
            String agent,
            String run,
            String system,
            String operation,
            Effect effect,
            Estimate estimate) {

        Asked(String action, String quotaClass) {
            this(
                    ACME,
                    action,
                    quotaClass,
                    SUPPORT,
                    TRIAGE,
                    "wr_1",
                    "zendesk",
                    "ticket.update",
                    Effect.WRITE,
                    Estimate.ofSlot(100));
        }

        Asked of(TenantId other) {
            return new Asked(other, action, quotaClass, workspace, agent, run, system, operation, effect, estimate);
        }

        Asked by(String ofWorkspace, String ofAgent) {
            return new Asked(
                    tenant, action, quotaClass, ofWorkspace, ofAgent, run, system, operation, effect, estimate);
        }

        Asked in(String ofRun) {
            return new Asked(tenant, action, quotaClass, workspace, agent, ofRun, system, operation, effect, estimate);
        }

        Asked on(String ofSystem, String ofOperation) {
            return new Asked(
                    tenant, action, quotaClass, workspace, agent, run, ofSystem, ofOperation, effect, estimate);
        }

        Asked highRisk() {
            return new Asked(
                    tenant, action, quotaClass, workspace, agent, run, system, operation, Effect.HIGH_RISK, estimate);
        }

        Asked using(long tokens, long microUnits, long bytes) {
            return new Asked(
                    tenant,
                    action,
                    quotaClass,
                    workspace,
                    agent,
                    run,
                    system,
                    operation,
                    effect,
                    new Estimate(100, tokens, microUnits, bytes));
        }

        ActionEnvelope envelope() {
            return new ActionEnvelope(
                    new ActionId(tenant, action),
                    new WorkspaceId(tenant, workspace),
                    new AgentId(tenant, agent),
                    "support",
                    "internal",
                    new RunId(tenant, run),
                    "regulated_support",
                    quotaClass,
                    operation,
                    effect,
                    new Target(system, Map.of()),
                    "acme.zendesk.test",
                    "{}",
                    List.of(),
                    null,
                    List.of(),
                    estimate);
        }
    }

    /** Knows that these actions have a way to go, and no others. */
    static ObjectProvider<OpenActions> underWay(Set<String> actions) {
        var beans = new StaticListableBeanFactory();
        beans.addBean("openActions", (OpenActions) action -> actions.contains(action.key()));
        return beans.getBeanProvider(OpenActions.class);
    }

    static Limits limits(long concurrentRuns, long toolCallsPerDay) {
        return new Limits(10, 20, concurrentRuns, toolCallsPerDay, 1, 4, 100);
    }

    static Limits limits(long concurrentRuns, long toolCallsPerDay, Map<String, Long> counted) {
        return new Limits(10, 20, concurrentRuns, toolCallsPerDay, 1, 4, 100, counted);
    }
}
