package secrets;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import secrets.Credentials.Purpose;
import secrets.Leases.Request;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.RunId;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.WorkspaceId;

/** Somebody who asks for a lease, and can be changed in one thing at a time. */
record Requests(
        String tenant,
        String workspace,
        String agent,
        String agentClass,
        String trustZone,
        String system,
        String operation,
        Mode mode,
        Instant at) {

    static final String HOST = "zendesk.example.com";

    static Requests of(String tenant, Instant at) {
        return new Requests(
                tenant,
                "ws_support",
                "triage",
                "support_triage",
                "internal",
                "zendesk",
                "ticket.update",
                Mode.MUTATE,
                at);
    }

    Requests to(Mode other) {
        return new Requests(tenant, workspace, agent, agentClass, trustZone, system, operation, other, at);
    }

    Requests by(String otherAgent, String otherClass) {
        return new Requests(tenant, workspace, otherAgent, otherClass, trustZone, system, operation, mode, at);
    }

    Requests in(String otherWorkspace, String otherZone) {
        return new Requests(tenant, otherWorkspace, agent, agentClass, otherZone, system, operation, mode, at);
    }

    Requests on(String otherSystem, String otherOperation) {
        return new Requests(tenant, workspace, agent, agentClass, trustZone, otherSystem, otherOperation, mode, at);
    }

    Requests at(Instant then) {
        return new Requests(tenant, workspace, agent, agentClass, trustZone, system, operation, mode, then);
    }

    TenantContext context() {
        TenantId id = new TenantId(tenant);
        return TenantContext.of(id, "key:test", null)
                .within(
                        new WorkspaceId(id, workspace),
                        new AgentId(id, agent),
                        new RunId(id, "wr_1"),
                        "regulated_support",
                        "enterprise_gold");
    }

    Request request(String action) {
        return new Request(
                new ActionId(new TenantId(tenant), action),
                context(),
                agentClass,
                trustZone,
                system,
                operation,
                HOST,
                "https://" + HOST,
                mode,
                false,
                at);
    }

    static Purpose purpose(Lease lease) {
        return purpose(lease, "wr_1", lease.system(), lease.operation(), lease.mode(), "https://" + HOST + "/api");
    }

    static Purpose purpose(Lease lease, @Nullable String run, String system, String operation, Mode mode, String base) {
        return new Purpose(
                run == null ? null : new RunId(lease.action().tenant(), run),
                system,
                operation,
                mode,
                URI.create(base),
                List.of(),
                null);
    }
}
