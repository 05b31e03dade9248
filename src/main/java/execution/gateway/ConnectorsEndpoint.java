package execution.gateway;

import execution.gateway.ConnectorCommand.AcceptOperation;
import execution.gateway.ConnectorCommand.AdoptConnector;
import execution.gateway.ConnectorCommand.DefineConnector;
import execution.gateway.ConnectorCommand.ReadConnector;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Caller;
import tenancy.Cursor;
import tenancy.InvalidField;
import tenancy.NotFound;
import tenancy.Page;
import tenancy.Role;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTransactions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A tenant's connectors over HTTP. */
@RestController
@RequestMapping("/v1/connectors")
class ConnectorsEndpoint {

    private static final Pattern ETAG = Pattern.compile("\"(\\d{1,18})\"");

    private final TenantCommands commands;
    private final TenantTransactions transactions;
    private final ConnectorRows rows;
    private final Catalogue catalogue;

    ConnectorsEndpoint(
            TenantCommands commands, TenantTransactions transactions, ConnectorRows rows, Catalogue catalogue) {
        this.commands = commands;
        this.transactions = transactions;
        this.rows = rows;
        this.catalogue = catalogue;
    }

    /** @param version of the catalogue that was read; absent: whichever it is now */
    record Adoption(@Nullable Long version) {}

    /** @param digest of what is accepted, as the connector's view offers it */
    record Acceptance(String digest) {}

    @GetMapping
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','OPERATOR')")
    Page<ConnectorView> list(
            TenantContext context,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        String after = Cursor.key(cursor);
        int most = Cursor.limit(limit);
        List<ConnectorView> found = transactions.in(
                context.tenant(),
                () -> rows.following(context.tenant().value(), after, Limit.of(most + 1)).stream()
                        .map(ConnectorRow::view)
                        .toList());
        return Page.of(catalogue.beside(found), most, ConnectorView::system);
    }

    /** From the aggregate and not from the row, so that a connector is there as soon as it was described. */
    @GetMapping("/{system}")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','OPERATOR')")
    ResponseEntity<ConnectorView> read(TenantContext context, @PathVariable String system) {
        return shown(HttpStatus.OK, inForce(context, system).orElseThrow(() -> new NotFound("connector", system)));
    }

    private Optional<ConnectorView> inForce(TenantContext context, String system) {
        return commands.ask(context, new ReadConnector(new ConnectorId(context.tenant(), system)));
    }

    @PutMapping("/{system}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<ConnectorView> define(
            TenantContext context,
            Caller caller,
            @PathVariable String system,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestBody JsonNode document) {
        // Compiled before it is sent: the lane is for deciding.
        ConnectorView connector = commands.ask(
                context,
                DefineConnector.as(
                        new ConnectorId(context.tenant(), system),
                        ConnectorReader.read(context.tenant(), document),
                        version(ifMatch),
                        caller.role() == Role.OPERATOR));
        return shown(connector.version() == 1 ? HttpStatus.CREATED : HttpStatus.OK, connector);
    }

    /** Takes what the platform's catalogue says as the tenant's own; once more, it takes what it says by now. */
    @PostMapping("/{system}:adopt")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<ConnectorView> adopt(
            TenantContext context,
            @PathVariable String system,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestBody(required = false) @Nullable Adoption wanted) {
        if (context.tenant().equals(TenantId.FLEET)) {
            throw new InvalidField("/tenant", "required", "must name the tenant that adopts the connector");
        }
        ConnectorView entry = catalogue.entry(system).orElseThrow(() -> new NotFound("catalogue entry", system));
        Long seen = wanted == null ? null : wanted.version();
        if (seen != null && seen != entry.version()) {
            throw VersionConflict.catalogue(system, entry.version());
        }
        ConnectorView adopted = commands.ask(
                context,
                new AdoptConnector(
                        DefineConnector.as(
                                new ConnectorId(context.tenant(), system),
                                ConnectorReader.read(context.tenant(), entry.document()),
                                version(ifMatch),
                                // What the catalogue may reach is the operator's word.
                                true),
                        entry.version()));
        return shown(adopted.version() == 1 ? HttpStatus.CREATED : HttpStatus.OK, adopted);
    }

    /** Returns a quarantined operation to service, with what it has become: that, and nothing else, is named. */
    @PostMapping("/{system}/operations/{operation}:accept")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<ConnectorView> accept(
            TenantContext context,
            @PathVariable String system,
            @PathVariable String operation,
            @RequestBody Acceptance acceptance) {
        ConnectorView connector = inForce(context, system).orElseThrow(() -> new NotFound("connector", system));
        JsonNode offered = connector.quarantined().stream()
                .filter(waits -> waits.operation().equals(operation)
                        && acceptance.digest().equals(waits.offeredDigest()))
                .findFirst()
                .map(QuarantineView::offered)
                .orElse(null);
        ObjectNode document = (ObjectNode) connector.document().deepCopy();
        if (offered != null && document.path("operations") instanceof ObjectNode operations) {
            operations.set(operation, Finding.accepted(operations.path(operation), offered));
        }
        TargetSystem accepted = ConnectorReader.read(context.tenant(), document);
        return shown(
                HttpStatus.OK,
                commands.ask(
                        context,
                        new AcceptOperation(
                                new ConnectorId(context.tenant(), system),
                                operation,
                                acceptance.digest(),
                                connector.version(),
                                accepted.digest(),
                                accepted.document())));
    }

    private ResponseEntity<ConnectorView> shown(HttpStatus status, ConnectorView connector) {
        return answer(status, catalogue.beside(List.of(connector)).getFirst());
    }

    static ResponseEntity<ConnectorView> answer(HttpStatus status, ConnectorView connector) {
        return ResponseEntity.status(status)
                .eTag(Long.toString(connector.version()))
                .body(connector);
    }

    static @Nullable Long version(@Nullable String ifMatch) {
        if (ifMatch == null) {
            return null;
        }
        Matcher version = ETAG.matcher(ifMatch.strip());
        if (!version.matches()) {
            throw new InvalidField("/If-Match", "version", "must be the ETag of the connector, such as \"7\"");
        }
        return Long.valueOf(version.group(1));
    }
}
