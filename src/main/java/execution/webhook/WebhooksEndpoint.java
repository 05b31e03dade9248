package execution.webhook;

import com.fasterxml.jackson.annotation.JsonProperty;
import execution.webhook.WebhookCommand.RegisterWebhook;
import execution.webhook.WebhookCommand.RemoveWebhook;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Caller;
import tenancy.Forbidden;
import tenancy.InvalidField;
import tenancy.Page;
import tenancy.Role;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantTransactions;

/** A tenant's webhooks over HTTP. */
@RestController
@RequestMapping("/v1/webhooks")
class WebhooksEndpoint {

    private static final Set<String> EVENTS = Set.of(Told.REQUESTED, Told.DECIDED);
    private static final int LONGEST_URL = 2_000;
    private static final String LIST = """
        select w.webhook, w.url, w.events, w.may_be_private, w.created_at, w.created_by,
            count(d.message) filter (where d.next_at is not null) as pending,
            count(d.message) filter (where d.message is not null and d.next_at is null) as given_up,
            max(d.last_error) as last_error
        from execution.webhook w
        left join execution.webhook_delivery d on d.tenant_id = w.tenant_id and d.webhook = w.webhook
        where w.tenant_id = ?
        group by w.tenant_id, w.webhook
        order by w.webhook\
        """;

    private final TenantCommands commands;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;
    private final WebhookSecrets secrets;
    private final Supplier<UUID> ids;
    private final SecureRandom random = new SecureRandom();

    WebhooksEndpoint(
            TenantCommands commands,
            TenantTransactions transactions,
            JdbcTemplate database,
            WebhookSecrets secrets,
            Supplier<UUID> ids) {
        this.commands = commands;
        this.transactions = transactions;
        this.database = database;
        this.secrets = secrets;
        this.ids = ids;
    }

    /**
     * @param events {@code approval.requested}, {@code approval.decided}; both if left out
     * @param secret {@code whsec_} and 24 to 64 bytes in Base64; made if left out
     * @param allowPrivateAddress only an operator may say so
     */
    record NewWebhook(
            String url,
            @Nullable List<String> events,
            @Nullable String secret,
            @Nullable Boolean allowPrivateAddress) {

        /** Never the secret: this may end in a log. */
        @Override
        public String toString() {
            return "NewWebhook[" + url + "]";
        }
    }

    /** @param secret shown in this answer and never again */
    record NewWebhookView(@JsonProperty("webhook_id") String webhook, String url, List<String> events, String secret) {

        /** Never the secret: this may end in a log. */
        @Override
        public String toString() {
            return "NewWebhookView[" + webhook + "]";
        }
    }

    /**
     * @param pending messages that are still to be delivered
     * @param givenUp messages that could not be delivered, of the last seven days
     * @param lastError why one of these could not be delivered the last time it was tried
     */
    record WebhookView(
            @JsonProperty("webhook_id") String webhook,
            String url,
            List<String> events,
            boolean allowPrivateAddress,
            Instant createdAt,
            String createdBy,
            long pending,
            long givenUp,
            @Nullable String lastError) {}

    @GetMapping
    @PreAuthorize("hasRole('AUDITOR')")
    Page<WebhookView> list(TenantContext context) {
        return new Page<>(
                transactions.in(
                        context.tenant(),
                        () -> database.query(
                                LIST,
                                (row, number) -> view(row),
                                context.tenant().value())),
                null);
    }

    @PostMapping
    @PreAuthorize("hasRole('TENANT_ADMIN')")
    ResponseEntity<NewWebhookView> register(TenantContext context, Caller caller, @RequestBody NewWebhook wanted) {
        boolean mayBePrivate = Boolean.TRUE.equals(wanted.allowPrivateAddress());
        if (mayBePrivate && caller.role() != Role.OPERATOR) {
            throw new Forbidden(
                    "private_addresses", "Only an operator may allow a webhook to reach private addresses.");
        }
        String url = checked(wanted.url(), mayBePrivate);
        List<String> events = events(wanted.events());
        String secret = wanted.secret() == null ? Signature.secret(random) : wanted.secret();
        if (Signature.key(secret).isEmpty()) {
            throw new InvalidField("/secret", "secret", "must be whsec_ and 24 to 64 bytes in Base64");
        }
        var webhook =
                new WebhookId(context.tenant(), "wh_" + ids.get().toString().replace("-", ""));
        // The secret first: a webhook that is told without one could sign nothing.
        secrets.keep(webhook, secret);
        try {
            commands.ask(context, new RegisterWebhook(webhook, url, events, mayBePrivate));
        } catch (RuntimeException refused) {
            secrets.forget(webhook);
            throw refused;
        }
        return ResponseEntity.created(URI.create("/v1/webhooks/" + webhook.key()))
                .body(new NewWebhookView(webhook.key(), url, events, secret));
    }

    /** Nothing is told to it any more. */
    @DeleteMapping("/{webhook}")
    @PreAuthorize("hasRole('TENANT_ADMIN')")
    ResponseEntity<Void> remove(TenantContext context, @PathVariable String webhook) {
        var id = new WebhookId(context.tenant(), webhook);
        commands.ask(context, new RemoveWebhook(id));
        secrets.forget(id);
        return ResponseEntity.noContent().build();
    }

    private static List<String> events(@Nullable List<String> wanted) {
        if (wanted == null) {
            return List.of(Told.REQUESTED, Told.DECIDED);
        }
        if (wanted.isEmpty() || wanted.size() > EVENTS.size() || !EVENTS.containsAll(wanted)) {
            throw new InvalidField(
                    "/events", "unknown_value", "must name approval.requested, approval.decided or both");
        }
        return wanted.stream().distinct().toList();
    }

    /** Over TLS, but where an operator vouches for the network in between. */
    private static String checked(String url, boolean mayBePrivate) {
        try {
            URI address = new URI(url);
            boolean safe = "https".equals(address.getScheme()) || mayBePrivate && "http".equals(address.getScheme());
            if (safe
                    && url.length() <= LONGEST_URL
                    && address.getHost() != null
                    && address.getRawUserInfo() == null
                    && address.getRawFragment() == null) {
                return url;
            }
        } catch (URISyntaxException malformed) {
            throw unusable();
        }
        throw unusable();
    }

    private static InvalidField unusable() {
        return new InvalidField("/url", "url", "must be an https URL of a host, without user and fragment");
    }

    private static WebhookView view(ResultSet row) throws SQLException {
        return new WebhookView(
                row.getString("webhook"),
                row.getString("url"),
                List.of((String[]) row.getArray("events").getArray()),
                row.getBoolean("may_be_private"),
                row.getTimestamp("created_at").toInstant(),
                row.getString("created_by"),
                row.getLong("pending"),
                row.getLong("given_up"),
                row.getString("last_error"));
    }
}
