package secrets;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import secrets.SecretCommand.GrantSecret;
import secrets.SecretCommand.LimitAgentClass;
import secrets.SecretCommand.RemoveGrant;
import tenancy.Cursor;
import tenancy.Identifiers;
import tenancy.InvalidField;
import tenancy.NotFound;
import tenancy.Page;
import tenancy.TenantCommands;
import tenancy.TenantContext;

/** Who may use which secret for what, over HTTP. */
@RestController
@RequestMapping("/v1")
class GrantsEndpoint {

    private static final int MOST_OPERATIONS = 50;
    private static final Pattern OPERATION = Pattern.compile("\\*|[A-Za-z0-9][A-Za-z0-9_.:-]{0,95}(?:\\.\\*)?");

    private final TenantCommands commands;
    private final StoredSecrets secrets;
    private final Supplier<UUID> ids;

    GrantsEndpoint(TenantCommands commands, StoredSecrets secrets, Supplier<UUID> ids) {
        this.commands = commands;
        this.secrets = secrets;
        this.ids = ids;
    }

    /**
     * What is left out is not restricted.
     *
     * @param operations names, or patterns such as {@code ticket.*} and {@code *}
     * @param mode must be the secret's; taken from it if left out
     */
    record NewGrant(
            @Nullable String workspaceId,
            @Nullable String agentClass,
            List<String> operations,
            @Nullable Mode mode,
            @Nullable String trustZone) {}

    record GrantView(
            @JsonProperty("grant_id") String grant,
            @JsonProperty("secret_id") String secret,
            @JsonProperty("workspace_id") @Nullable String workspace,
            @Nullable String agentClass,
            List<String> operations,
            Mode mode,
            @Nullable String trustZone) {}

    /** @param mode {@code read}: agents of the class can only read, whatever is granted; {@code mutate}: no such limit */
    record AgentClassView(Mode mode) {}

    @GetMapping("/secrets/{secret}/grants")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','OPERATOR')")
    Page<GrantView> list(
            TenantContext context,
            @PathVariable String secret,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        int most = Cursor.limit(limit);
        String after = Cursor.key(cursor);
        BookView book = secrets.read(context);
        if (book.secret(secret).isEmpty()) {
            throw new NotFound("secret", secret);
        }
        return Page.of(
                book.grants().stream()
                        .filter(grant ->
                                grant.secret().equals(secret) && grant.id().compareTo(after) > 0)
                        .limit(most + 1L)
                        .map(GrantsEndpoint::view)
                        .toList(),
                most,
                GrantView::grant);
    }

    @PostMapping("/secrets/{secret}/grants")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<GrantView> grant(TenantContext context, @PathVariable String secret, @RequestBody NewGrant wanted) {
        KeptSecret known = secrets.read(context).secret(secret).orElseThrow(() -> new NotFound("secret", secret));
        var grant = new Grant(
                "gr_" + ids.get().toString().replace("-", ""),
                secret,
                checked("workspace_id", wanted.workspaceId()),
                checked("agent_class", wanted.agentClass()),
                operations(wanted.operations()),
                wanted.mode() == null ? known.mode() : wanted.mode(),
                checked("trust_zone", wanted.trustZone()));
        BookView unused = commands.ask(context, new GrantSecret(new SecretBookId(context.tenant()), grant));
        return ResponseEntity.created(URI.create("/v1/secrets/" + secret + "/grants/" + grant.id()))
                .body(view(grant));
    }

    /** Takes it back: leases that were issued under it cannot be used any more. */
    @DeleteMapping("/secrets/{secret}/grants/{grant}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<Void> remove(TenantContext context, @PathVariable String secret, @PathVariable String grant) {
        BookView unused = commands.ask(context, new RemoveGrant(new SecretBookId(context.tenant()), secret, grant));
        return ResponseEntity.noContent().build();
    }

    @GetMapping("/agent-classes/{agentClass}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','OPERATOR')")
    AgentClassView read(TenantContext context, @PathVariable String agentClass) {
        return limitOf(secrets.read(context), agentClass);
    }

    /** Limits a class of agents to reading, or lifts the limit. */
    @PutMapping("/agent-classes/{agentClass}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    AgentClassView limit(TenantContext context, @PathVariable String agentClass, @RequestBody AgentClassView wanted) {
        BookView book = commands.ask(
                context,
                new LimitAgentClass(
                        new SecretBookId(context.tenant()),
                        Identifiers.check("agent_class", agentClass),
                        wanted.mode()));
        return limitOf(book, agentClass);
    }

    private static AgentClassView limitOf(BookView book, String agentClass) {
        return new AgentClassView(book.readOnlyClasses().contains(agentClass) ? Mode.READ : Mode.MUTATE);
    }

    private static @Nullable String checked(String field, @Nullable String value) {
        return value == null ? null : Identifiers.check(field, value);
    }

    private static List<String> operations(List<String> wanted) {
        if (wanted.isEmpty() || wanted.size() > MOST_OPERATIONS) {
            throw new InvalidField("/operations", "size", "must be 1 to " + MOST_OPERATIONS + " names or patterns");
        }
        for (int at = 0; at < wanted.size(); at++) {
            if (!OPERATION.matcher(wanted.get(at)).matches()) {
                throw new InvalidField(
                        "/operations/" + at, "pattern", "must be an operation, a prefix with .* behind it, or *");
            }
        }
        return wanted.stream().distinct().toList();
    }

    private static GrantView view(Grant grant) {
        return new GrantView(
                grant.id(),
                grant.secret(),
                grant.workspace(),
                grant.agentClass(),
                grant.operations(),
                grant.mode(),
                grant.trustZone());
    }
}
