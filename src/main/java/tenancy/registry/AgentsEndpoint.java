package tenancy.registry;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tenancy.AgentId;
import tenancy.Cursor;
import tenancy.Identifiers;
import tenancy.Moment;
import tenancy.Page;
import tenancy.PastStates;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantTransactions;
import tenancy.WorkspaceId;
import tenancy.registry.TenantCommand.ChangeAgent;
import tenancy.registry.TenantCommand.FindAgent;
import tenancy.registry.TenantCommand.RegisterAgent;

/** A tenant's agents: envelopes must agree with what is registered here. */
@RestController
@RequestMapping("/v1/agents")
class AgentsEndpoint {

    private final TenantCommands commands;
    private final PastStates past;
    private final TenantTransactions transactions;
    private final AgentRows rows;

    AgentsEndpoint(TenantCommands commands, PastStates past, TenantTransactions transactions, AgentRows rows) {
        this.commands = commands;
        this.past = past;
        this.transactions = transactions;
        this.rows = rows;
    }

    record NewAgent(
            String agentId,
            String workspaceId,
            String agentClass,
            String trustZone,
            String policyProfile,
            String quotaClass) {}

    /** @param active false retires the agent, true reinstates it */
    record AgentChange(
            @Nullable String agentClass,
            @Nullable String trustZone,
            @Nullable String policyProfile,
            @Nullable String quotaClass,
            @Nullable Boolean active) {}

    @PostMapping
    @PreAuthorize("hasRole('TENANT_ADMIN')")
    ResponseEntity<AgentView> register(@RequestBody NewAgent request, TenantContext context) {
        var agent = new AgentId(context.tenant(), request.agentId());
        AgentView registered = commands.ask(
                context,
                new RegisterAgent(
                        agent,
                        new WorkspaceId(context.tenant(), request.workspaceId()),
                        Identifiers.check("agent_class", request.agentClass()),
                        Identifiers.check("trust_zone", request.trustZone()),
                        Identifiers.check("policy_profile", request.policyProfile()),
                        Identifiers.check("quota_class", request.quotaClass())));
        return ResponseEntity.created(URI.create("/v1/agents/" + agent.key())).body(registered);
    }

    @GetMapping
    @PreAuthorize("hasRole('ANALYST')")
    Page<AgentView> list(
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor,
            TenantContext context) {
        String after = Cursor.key(cursor);
        Limit oneMore = Limit.of(Cursor.limit(limit) + 1);
        List<AgentView> found = transactions.in(
                context.tenant(),
                () -> rows.after(context.tenant().value(), after, oneMore).stream()
                        .map(AgentRow::view)
                        .toList());
        return Page.of(found, limit, AgentView::agentId);
    }

    /** @param asOf a moment of the past: a time, or a sequence number of the tenant's journal */
    @GetMapping("/{agent}")
    @PreAuthorize("hasRole('ANALYST')")
    AgentView get(
            @PathVariable String agent,
            @RequestParam(name = "as_of", required = false) @Nullable String asOf,
            TenantContext context) {
        var id = new AgentId(context.tenant(), agent);
        return asOf == null
                ? commands.ask(context, new FindAgent(id))
                : past.get(context.tenant(), Agent.class, id.toString(), Moment.of(asOf))
                        .view();
    }

    @PatchMapping("/{agent}")
    @PreAuthorize("hasRole('TENANT_ADMIN')")
    AgentView change(@PathVariable String agent, @RequestBody AgentChange request, TenantContext context) {
        return commands.ask(
                context,
                new ChangeAgent(
                        new AgentId(context.tenant(), agent),
                        unlessAbsent("agent_class", request.agentClass()),
                        unlessAbsent("trust_zone", request.trustZone()),
                        unlessAbsent("policy_profile", request.policyProfile()),
                        unlessAbsent("quota_class", request.quotaClass()),
                        request.active()));
    }

    private static @Nullable String unlessAbsent(String field, @Nullable String value) {
        return value == null ? null : Identifiers.check(field, value);
    }
}
