package execution.gateway;

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
import tenancy.TenantTransactions;
import tools.jackson.databind.JsonNode;

/** A tenant's connectors over HTTP. */
@RestController
@RequestMapping("/v1/connectors")
class ConnectorsEndpoint {

    private static final Pattern ETAG = Pattern.compile("\"(\\d{1,18})\"");

    private final TenantCommands commands;
    private final TenantTransactions transactions;
    private final ConnectorRows rows;

    ConnectorsEndpoint(TenantCommands commands, TenantTransactions transactions, ConnectorRows rows) {
        this.commands = commands;
        this.transactions = transactions;
        this.rows = rows;
    }

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
        return Page.of(found, most, ConnectorView::system);
    }

    /** From the aggregate and not from the row, so that a connector is there as soon as it was described. */
    @GetMapping("/{system}")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','OPERATOR')")
    ResponseEntity<ConnectorView> read(TenantContext context, @PathVariable String system) {
        Optional<ConnectorView> connector =
                commands.ask(context, new ReadConnector(new ConnectorId(context.tenant(), system)));
        return answer(HttpStatus.OK, connector.orElseThrow(() -> new NotFound("connector", system)));
    }

    @PutMapping("/{system}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<ConnectorView> define(
            TenantContext context,
            Caller caller,
            @PathVariable String system,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestBody JsonNode document) {
        // Compiled here, on the caller's own thread: the lane is for deciding.
        ConnectorView connector = commands.ask(
                context,
                DefineConnector.as(
                        new ConnectorId(context.tenant(), system),
                        ConnectorReader.read(document.toString()),
                        version(ifMatch),
                        caller.role() == Role.OPERATOR));
        return answer(connector.version() == 1 ? HttpStatus.CREATED : HttpStatus.OK, connector);
    }

    private static ResponseEntity<ConnectorView> answer(HttpStatus status, ConnectorView connector) {
        return ResponseEntity.status(status)
                .eTag(Long.toString(connector.version()))
                .body(connector);
    }

    private static @Nullable Long version(@Nullable String ifMatch) {
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
