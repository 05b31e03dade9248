package execution.webhook;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import secrets.Seals;
import tenancy.TenantTransactions;

/** What signs a webhook's messages: sealed for its tenant and this webhook, and in no event. */
@Component
class WebhookSecrets {

    private final Seals seals;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;

    WebhookSecrets(Seals seals, TenantTransactions transactions, JdbcTemplate database) {
        this.seals = seals;
        this.transactions = transactions;
        this.database = database;
    }

    void keep(WebhookId webhook, String secret) {
        byte[] sealed = seals.seal(webhook.tenant(), place(webhook), secret.getBytes(StandardCharsets.UTF_8));
        int unused = transactions.in(
                webhook.tenant(),
                () -> database.update(
                        "insert into execution.webhook_secret (tenant_id, webhook, secret) values (?, ?, ?)",
                        webhook.tenant().value(),
                        webhook.key(),
                        sealed));
    }

    /** @throws Seals.Unsealable if what is kept was not sealed for this webhook */
    Optional<String> find(WebhookId webhook) {
        Optional<byte[]> sealed = transactions.in(
                webhook.tenant(),
                () -> database
                        .query(
                                "select secret from execution.webhook_secret where tenant_id = ? and webhook = ?",
                                (row, number) -> row.getBytes("secret"),
                                webhook.tenant().value(),
                                webhook.key())
                        .stream()
                        .findFirst());
        return sealed.map(bytes ->
                new String(seals.open(webhook.tenant(), place(webhook), bytes), StandardCharsets.UTF_8));
    }

    void forget(WebhookId webhook) {
        int unused = transactions.in(
                webhook.tenant(),
                () -> database.update(
                        "delete from execution.webhook_secret where tenant_id = ? and webhook = ?",
                        webhook.tenant().value(),
                        webhook.key()));
    }

    private static String place(WebhookId webhook) {
        return "webhook/" + webhook.key();
    }
}
