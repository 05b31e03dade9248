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
import tenancy.Page;
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
    private final TenantTransactions transactions;
    private final WorkspaceRows rows;

    WorkspacesEndpoint(TenantCommands commands, TenantTransactions transactions, WorkspaceRows rows) {
        this.commands = commands;
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

    @GetMapping("/{workspace}")
    @PreAuthorize("hasRole('ANALYST')")
    WorkspaceView get(@PathVariable String workspace, TenantContext context) {
        return commands.ask(context, new FindWorkspace(new WorkspaceId(context.tenant(), workspace)));
    }

    @PatchMapping("/{workspace}")
    @PreAuthorize("hasRole('TENANT_ADMIN')")
    WorkspaceView change(@PathVariable String workspace, @RequestBody WorkspaceChange request, TenantContext context) {
        return commands.ask(
                context,
                new ChangeWorkspace(new WorkspaceId(context.tenant(), workspace), Fields.text("name", request.name())));
    }
}
