package quota;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import quota.QuotaCommand.ClearOverride;
import quota.QuotaCommand.ReadUse;
import quota.QuotaCommand.SetOverride;
import tenancy.Caller;
import tenancy.InvalidField;
import tenancy.Role;
import tenancy.Subscriptions;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/** A tenant's limits over HTTP: what is in force, where it comes from, how much of it is used. */
@RestController
@RequestMapping("/v1/quotas")
class QuotasEndpoint {

    private final TenantCommands commands;
    private final LimitsInForce limits;
    private final Subscriptions subscriptions;
    private final Clock clock;

    QuotasEndpoint(TenantCommands commands, LimitsInForce limits, Subscriptions subscriptions, Clock clock) {
        this.commands = commands;
        this.limits = limits;
        this.subscriptions = subscriptions;
        this.clock = clock;
    }

    /** A tenant's limits at one moment. */
    record QuotaView(String quotaClass, List<LimitView> limits) {}

    /** The value that one limit shall have for this tenant. */
    record NewValue(long value) {}

    @GetMapping
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    QuotaView read(TenantContext context) {
        String quotaClass = quotaClass(context);
        Limits ofClass = limits.ofClass(quotaClass);
        Use use = commands.ask(context, new ReadUse(new BudgetId(context.tenant()), clock.instant()));
        return new QuotaView(
                quotaClass,
                Limit.ALL.stream()
                        .map(limit -> LimitView.of(limit, ofClass, use))
                        .toList());
    }

    @PutMapping("/overrides/{limit}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    LimitView override(TenantContext context, Caller caller, @PathVariable String limit, @RequestBody NewValue body) {
        Limit named = Limit.of(limit);
        long value = named.checked("/value", body.value());
        String quotaClass = quotaClass(context);
        Instant now = clock.instant();
        Use use = commands.ask(
                context, new SetOverride(new BudgetId(context.tenant()), named, value, layer(caller), quotaClass, now));
        return LimitView.of(named, limits.ofClass(quotaClass), use);
    }

    @DeleteMapping("/overrides/{limit}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    void clear(TenantContext context, Caller caller, @PathVariable String limit) {
        Use unused = commands.ask(
                context,
                new ClearOverride(new BudgetId(context.tenant()), Limit.of(limit), layer(caller), clock.instant()));
    }

    private String quotaClass(TenantContext context) {
        if (context.tenant().equals(TenantId.FLEET)) {
            throw new InvalidField("/tenant", "required", "must name the tenant whose limits are meant");
        }
        return subscriptions
                .quotaClass(context.tenant())
                .orElseThrow(() -> new UnknownQuotaClass("of an unregistered tenant"));
    }

    private static Layer layer(Caller caller) {
        return caller.role() == Role.OPERATOR ? Layer.OPERATOR : Layer.TENANT;
    }
}
