package execution.webhook;

import execution.webhook.WebhookCommand.RegisterWebhook;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.Repository;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.Conflict;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Decides which webhooks may be: a handful for each tenant. */
@Component
class WebhookRegistrar {

    static final int MOST = 10;

    private final Repository<Webhook> webhooks;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;

    WebhookRegistrar(Repository<Webhook> webhooks, TenantTransactions transactions, JdbcTemplate database) {
        this.webhooks = webhooks;
        this.transactions = transactions;
        this.database = database;
    }

    @CommandHandler
    void handle(RegisterWebhook register) throws Exception {
        TenantId tenant = register.webhook().tenant();
        Long there = transactions.in(
                tenant,
                () -> database.queryForObject(
                        "select count(*) from execution.webhook where tenant_id = ?", Long.class, tenant.value()));
        if (there != null && there >= MOST) {
            throw new Conflict(
                    "too_many_webhooks", "A tenant has at most %d webhooks. Remove one first.".formatted(MOST));
        }
        webhooks.newInstance(() -> new Webhook(register));
    }
}
