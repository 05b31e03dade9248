package quota;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import quota.QuotaCommand.DefineQuotaClass;
import tenancy.Cursor;
import tenancy.NotFound;
import tenancy.Page;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/** The fleet's quota classes over HTTP: operators define them, everybody may read what they offer. */
@RestController
@RequestMapping("/v1/quota-classes")
class QuotaClassesEndpoint {

    private final TenantCommands commands;
    private final LimitsInForce limits;

    QuotaClassesEndpoint(TenantCommands commands, LimitsInForce limits) {
        this.commands = commands;
        this.limits = limits;
    }

    @GetMapping
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    Page<DefinedClass> list(
            @RequestParam(defaultValue = "50") int limit, @RequestParam(required = false) @Nullable String cursor) {
        String after = Cursor.key(cursor);
        int most = Cursor.limit(limit);
        List<DefinedClass> found = limits.classes().stream()
                .filter(defined -> defined.name().compareTo(after) > 0)
                .limit(most + 1L)
                .toList();
        return Page.of(found, most, DefinedClass::name);
    }

    @GetMapping("/{quotaClass}")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    DefinedClass read(@PathVariable String quotaClass) {
        return limits.classes().stream()
                .filter(defined -> defined.name().equals(quotaClass))
                .findFirst()
                .orElseThrow(() -> new NotFound("quota class", quotaClass));
    }

    /** All limits of the class; none may be left out. */
    @PutMapping("/{quotaClass}")
    @PreAuthorize("hasRole('OPERATOR')")
    ResponseEntity<DefinedClass> define(
            TenantContext context, @PathVariable String quotaClass, @RequestBody Limits definition) {
        TenantContext fleet = TenantContext.of(TenantId.FLEET, context.principal(), context.requestId());
        DefinedClass defined =
                commands.ask(fleet, new DefineQuotaClass(new QuotaClassId(quotaClass), definition.checked()));
        return ResponseEntity.status(defined.version() == 1 ? HttpStatus.CREATED : HttpStatus.OK)
                .body(defined);
    }
}
