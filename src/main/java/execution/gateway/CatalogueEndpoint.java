package execution.gateway;

import execution.gateway.ConnectorCommand.DefineConnector;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Cursor;
import tenancy.NotFound;
import tenancy.Page;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;

/** The platform's catalogue over HTTP: operators write it, everybody may read what it offers. */
@RestController
@RequestMapping("/v1/catalogue")
class CatalogueEndpoint {

    private final TenantCommands commands;
    private final Catalogue catalogue;

    CatalogueEndpoint(TenantCommands commands, Catalogue catalogue) {
        this.commands = commands;
        this.catalogue = catalogue;
    }

    @GetMapping
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','OPERATOR')")
    Page<ConnectorView> list(
            @RequestParam(defaultValue = "50") int limit, @RequestParam(required = false) @Nullable String cursor) {
        int most = Cursor.limit(limit);
        List<ConnectorView> found = catalogue.following(Cursor.key(cursor), most + 1);
        return Page.of(found, most, ConnectorView::system);
    }

    @GetMapping("/{system}")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','OPERATOR')")
    ResponseEntity<ConnectorView> read(@PathVariable String system) {
        return ConnectorsEndpoint.answer(
                HttpStatus.OK, catalogue.entry(system).orElseThrow(() -> new NotFound("catalogue entry", system)));
    }

    /** Checked as a tenant's own connector is. */
    @PutMapping("/{system}")
    @PreAuthorize("hasRole('OPERATOR')")
    ResponseEntity<ConnectorView> define(
            TenantContext context,
            @PathVariable String system,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestBody JsonNode document) {
        ConnectorView entry = commands.ask(
                TenantContext.of(TenantId.FLEET, context.principal(), context.requestId()),
                DefineConnector.as(
                        new ConnectorId(TenantId.FLEET, system),
                        ConnectorReader.read(TenantId.FLEET, document),
                        ConnectorsEndpoint.version(ifMatch),
                        true));
        return ConnectorsEndpoint.answer(entry.version() == 1 ? HttpStatus.CREATED : HttpStatus.OK, entry);
    }
}
