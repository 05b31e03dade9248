package quota;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import quota.QuotaCommand.ChangeSettings;
import quota.QuotaCommand.ClearOverride;
import quota.QuotaCommand.ReadUse;
import quota.QuotaCommand.SetOverride;
import tenancy.AgentId;
import tenancy.Caller;
import tenancy.InvalidField;
import tenancy.Moment;
import tenancy.Role;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.WorkspaceId;

/**
 * A tenant's limits over HTTP: what is in force, where it comes from, how much of it is used. A limit of one operation is
 * named {@code <limit>:<system>} with the operation as a query parameter.
 */
@RestController
@RequestMapping("/v1/quotas")
class QuotasEndpoint {

    private static final int LONGEST_ZONE = 64;
    private static final int MOST_THRESHOLDS = 10;
    private static final int ALL_OF_IT = 100;

    private final TenantCommands commands;
    private final LimitsInForce limits;
    private final SubscribedClasses classes;
    private final PastUse past;
    private final Clock clock;

    QuotasEndpoint(
            TenantCommands commands, LimitsInForce limits, SubscribedClasses classes, PastUse past, Clock clock) {
        this.commands = commands;
        this.limits = limits;
        this.classes = classes;
        this.past = past;
        this.clock = clock;
    }

    /** A tenant's limits at one moment. */
    record QuotaView(String quotaClass, List<LimitView> limits) {}

    /** The value that one limit shall have. */
    record NewValue(long value) {}

    /**
     * How a tenant's budgets are kept.
     *
     * @param timeZone by whose clocks days and months begin, such as {@code Europe/Berlin}
     * @param thresholds percents of a limit at which the tenant is warned, rising
     */
    record SettingsView(String timeZone, List<Integer> thresholds) {}

    /**
     * What limits the tenant, layer by layer.
     *
     * @param asOf the limits at a moment of the past: a time, or a sequence number of the tenant's journal
     */
    @GetMapping
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    QuotaView read(TenantContext context, @RequestParam(name = "as_of", required = false) @Nullable String asOf) {
        if (asOf != null) {
            PastUse.Then then = past.at(SubscribedClasses.named(context), Moment.of(asOf));
            return new QuotaView(then.quotaClass(), LimitView.all(then.limits(), then.use()));
        }
        String quotaClass = classes.of(context);
        Limits ofClass = limits.ofClass(quotaClass);
        return new QuotaView(quotaClass, LimitView.all(ofClass, use(context, quotaClass)));
    }

    /** @param asOf the settings at a moment of the past: a time, or a sequence number of the tenant's journal */
    @GetMapping("/settings")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    SettingsView settings(
            TenantContext context, @RequestParam(name = "as_of", required = false) @Nullable String asOf) {
        Use use = asOf == null
                ? use(context, classes.of(context))
                : past.at(SubscribedClasses.named(context), Moment.of(asOf)).use();
        return new SettingsView(use.zone().getId(), use.thresholds());
    }

    /** In force at once; a window that is open ends when it would have, or later, and never earlier. */
    @PutMapping("/settings")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    SettingsView change(TenantContext context, @RequestBody SettingsView body) {
        String quotaClass = classes.of(context);
        ZoneId zone = zone(body.timeZone());
        List<Integer> thresholds = checked(body.thresholds());
        Object unused = commands.ask(
                context, new ChangeSettings(new BudgetId(context.tenant()), zone, thresholds, clock.instant()));
        Use use = use(context, quotaClass);
        return new SettingsView(use.zone().getId(), use.thresholds());
    }

    @PutMapping("/overrides/{limit}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    LimitView override(
            TenantContext context,
            Caller caller,
            @PathVariable String limit,
            @RequestParam(required = false) @Nullable String operation,
            @RequestBody NewValue body) {
        return set(context, caller, Scope.TENANT, limit, operation, body);
    }

    @DeleteMapping("/overrides/{limit}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    void clear(
            TenantContext context,
            Caller caller,
            @PathVariable String limit,
            @RequestParam(required = false) @Nullable String operation) {
        remove(context, caller, Scope.TENANT, limit, operation);
    }

    /** What one workspace may use of what its tenant may. */
    @PutMapping("/workspaces/{workspace}/overrides/{limit}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    LimitView overrideOfWorkspace(
            TenantContext context,
            Caller caller,
            @PathVariable String workspace,
            @PathVariable String limit,
            @RequestParam(required = false) @Nullable String operation,
            @RequestBody NewValue body) {
        Scope scope = Scope.of(new WorkspaceId(context.tenant(), workspace));
        return set(context, caller, scope, limit, operation, body);
    }

    @DeleteMapping("/workspaces/{workspace}/overrides/{limit}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    void clearOfWorkspace(
            TenantContext context,
            Caller caller,
            @PathVariable String workspace,
            @PathVariable String limit,
            @RequestParam(required = false) @Nullable String operation) {
        remove(context, caller, Scope.of(new WorkspaceId(context.tenant(), workspace)), limit, operation);
    }

    /** What one agent may use of what its tenant may. */
    @PutMapping("/agents/{agent}/overrides/{limit}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    LimitView overrideOfAgent(
            TenantContext context,
            Caller caller,
            @PathVariable String agent,
            @PathVariable String limit,
            @RequestParam(required = false) @Nullable String operation,
            @RequestBody NewValue body) {
        return set(context, caller, Scope.of(new AgentId(context.tenant(), agent)), limit, operation, body);
    }

    @DeleteMapping("/agents/{agent}/overrides/{limit}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    void clearOfAgent(
            TenantContext context,
            Caller caller,
            @PathVariable String agent,
            @PathVariable String limit,
            @RequestParam(required = false) @Nullable String operation) {
        remove(context, caller, Scope.of(new AgentId(context.tenant(), agent)), limit, operation);
    }

    private LimitView set(
            TenantContext context,
            Caller caller,
            Scope scope,
            String limit,
            @Nullable String operation,
            NewValue body) {
        LimitName named = named(scope, limit, operation);
        long value = named.checked("/value", body.value());
        String quotaClass = classes.of(context);
        Use use = commands.ask(
                context,
                new SetOverride(
                        new BudgetId(context.tenant()),
                        scope,
                        named,
                        value,
                        layer(caller),
                        quotaClass,
                        clock.instant()));
        return LimitView.of(scope, named, limits.ofClass(quotaClass), use);
    }

    private void remove(TenantContext context, Caller caller, Scope scope, String limit, @Nullable String operation) {
        Use unused = commands.ask(
                context,
                new ClearOverride(
                        new BudgetId(context.tenant()),
                        scope,
                        named(scope, limit, operation),
                        layer(caller),
                        classes.of(context),
                        clock.instant()));
    }

    private static LimitName named(Scope scope, String limit, @Nullable String operation) {
        LimitName named = LimitName.of(operation == null ? limit : limit + "/" + operation);
        if (!scope.isTenant() && !named.isOfScopes()) {
            throw new InvalidField("/limit", "unknown_value", "is decided for the tenant as a whole");
        }
        return named;
    }

    private Use use(TenantContext context, String quotaClass) {
        return commands.ask(context, new ReadUse(new BudgetId(context.tenant()), quotaClass, clock.instant()));
    }

    private static ZoneId zone(String named) {
        try {
            if (named.length() <= LONGEST_ZONE) {
                return ZoneId.of(named);
            }
        } catch (DateTimeException unknown) {
            // Said below.
        }
        throw new InvalidField("/time_zone", "unknown_value", "must be a zone of the IANA database, or an offset");
    }

    private static List<Integer> checked(List<Integer> thresholds) {
        int before = 0;
        for (Integer each : thresholds) {
            int threshold = Optional.ofNullable(each).orElse(0);
            if (threshold <= before || threshold > ALL_OF_IT || thresholds.size() > MOST_THRESHOLDS) {
                throw new InvalidField("/thresholds", "range", "must be at most 10 rising whole numbers from 1 to 100");
            }
            before = threshold;
        }
        return List.copyOf(thresholds);
    }

    private static Layer layer(Caller caller) {
        return caller.role() == Role.OPERATOR ? Layer.OPERATOR : Layer.TENANT;
    }
}
