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
import tenancy.Cursor;
import tenancy.Fields;
import tenancy.Moment;
import tenancy.Page;
import tenancy.PastStates;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantTransactions;
import tenancy.WorkspaceId;
import tenancy.registry.TenantCommand.ChangeWorkspace;
import tenancy.registry.TenantCommand.FindWorkspace;
import tenancy.registry.TenantCommand.OpenWorkspace;

/** A tenant's workspaces. */
@RestController
@RequestMapping("/v1/workspaces")
class WorkspacesEndpoint {

    private final TenantCommands commands;
    private final PastStates past;
    private final TenantTransactions transactions;
    private final WorkspaceRows rows;

    WorkspacesEndpoint(TenantCommands commands, PastStates past, TenantTransactions transactions, WorkspaceRows rows) {
        this.commands = commands;
        this.past = past;
        this.transactions = transactions;
        this.rows = rows;
    }

    record NewWorkspace(String workspaceId, String name) {}

    record WorkspaceChange(String name) {}

    @PostMapping
    @PreAuthorize("hasRole('TENANT_ADMIN')")
    ResponseEntity<WorkspaceView> open(@RequestBody NewWorkspace request, TenantContext context) {
        var workspace = new WorkspaceId(context.tenant(), request.workspaceId());
        WorkspaceView opened = commands.ask(context, new OpenWorkspace(workspace, Fields.text("name", request.name())));
        return ResponseEntity.created(URI.create("/v1/workspaces/" + workspace.key()))
                .body(opened);
    }

    @GetMapping
    @PreAuthorize("hasRole('ANALYST')")
    Page<WorkspaceView> list(
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor,
            TenantContext context) {
        String after = Cursor.key(cursor);
        Limit oneMore = Limit.of(Cursor.limit(limit) + 1);
        List<WorkspaceView> found = transactions.in(
                context.tenant(),
                () -> rows.after(context.tenant().value(), after, oneMore).stream()
                        .map(WorkspaceRow::view)
                        .toList());
        return Page.of(found, limit, WorkspaceView::workspaceId);
    }

    /** @param asOf a moment of the past: a time, or a sequence number of the tenant's journal */
    @GetMapping("/{workspace}")
    @PreAuthorize("hasRole('ANALYST')")
    WorkspaceView get(
            @PathVariable String workspace,
            @RequestParam(name = "as_of", required = false) @Nullable String asOf,
            TenantContext context) {
        var id = new WorkspaceId(context.tenant(), workspace);
        return asOf == null
                ? commands.ask(context, new FindWorkspace(id))
                : past.get(context.tenant(), Workspace.class, id.toString(), Moment.of(asOf))
                        .view();
    }

    @PatchMapping("/{workspace}")
    @PreAuthorize("hasRole('TENANT_ADMIN')")
    WorkspaceView change(@PathVariable String workspace, @RequestBody WorkspaceChange request, TenantContext context) {
        return commands.ask(
                context,
                new ChangeWorkspace(new WorkspaceId(context.tenant(), workspace), Fields.text("name", request.name())));
    }
}
