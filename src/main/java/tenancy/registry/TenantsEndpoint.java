package tenancy.registry;

import java.net.URI;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
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
import tenancy.Identifiers;
import tenancy.Moment;
import tenancy.Page;
import tenancy.PastStates;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.registry.TenantCommand.ChangeTenant;
import tenancy.registry.TenantCommand.FindTenant;
import tenancy.registry.TenantCommand.RegisterTenant;

/** The customers of the platform: registered and changed by operators, each in that tenant's own journal. */
@RestController
@RequestMapping("/v1/tenants")
class TenantsEndpoint {

    private final TenantCommands commands;
    private final PastStates past;
    private final RememberedSubscriptions subscriptions;
    private final JdbcTemplate everyTenant;

    TenantsEndpoint(
            TenantCommands commands,
            PastStates past,
            RememberedSubscriptions subscriptions,
            @Qualifier("systemDataSource") DataSource everyTenant) {
        this.commands = commands;
        this.past = past;
        this.subscriptions = subscriptions;
        this.everyTenant = new JdbcTemplate(everyTenant);
    }

    record NewTenant(String tenantId, String name, String quotaClass) {}

    record TenantChange(@Nullable String name, @Nullable String quotaClass) {}

    @PostMapping
    @PreAuthorize("hasRole('OPERATOR')")
    ResponseEntity<TenantView> register(@RequestBody NewTenant request, TenantContext context) {
        TenantId tenant = new TenantId(request.tenantId());
        TenantView registered = commands.ask(
                TenantContext.of(tenant, context.principal(), context.requestId()),
                new RegisterTenant(
                        tenant,
                        Fields.text("name", request.name()),
                        Identifiers.check("quota_class", request.quotaClass())));
        subscriptions.remember(registered);
        return ResponseEntity.created(URI.create("/v1/tenants/" + tenant)).body(registered);
    }

    /** Fleet-wide, and so on the platform's own role: no tenant's transaction sees more than itself. */
    @GetMapping
    @PreAuthorize("hasRole('OPERATOR')")
    Page<TenantView> list(
            @RequestParam(defaultValue = "50") int limit, @RequestParam(required = false) @Nullable String cursor) {
        List<TenantView> found = everyTenant.query(
                "select tenant_id, name, quota_class, created_at from tenancy.tenant"
                        + " where tenant_id > ? order by tenant_id limit ?",
                (row, index) -> new TenantView(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getTimestamp(4).toInstant()),
                Cursor.key(cursor),
                Cursor.limit(limit) + 1);
        return Page.of(found, limit, TenantView::tenantId);
    }

    /** @param asOf a moment of the past: a time, or a sequence number of the tenant's journal */
    @GetMapping("/{tenant}")
    @PreAuthorize("hasRole('ANALYST')")
    TenantView get(
            @PathVariable String tenant,
            @RequestParam(name = "as_of", required = false) @Nullable String asOf,
            TenantContext context) {
        var id = new TenantId(tenant);
        return asOf == null
                ? commands.ask(context, new FindTenant(id))
                : past.get(context.tenant(), Tenant.class, id.toString(), Moment.of(asOf))
                        .view();
    }

    @PatchMapping("/{tenant}")
    @PreAuthorize("hasRole('OPERATOR')")
    TenantView change(@PathVariable String tenant, @RequestBody TenantChange request, TenantContext context) {
        TenantView changed = commands.ask(
                context,
                new ChangeTenant(
                        new TenantId(tenant),
                        request.name() == null ? null : Fields.text("name", request.name()),
                        request.quotaClass() == null ? null : Identifiers.check("quota_class", request.quotaClass())));
        subscriptions.remember(changed);
        return changed;
    }
}
