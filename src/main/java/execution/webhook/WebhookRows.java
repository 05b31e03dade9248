package execution.webhook;

import execution.webhook.WebhookEvent.WebhookRegistered;
import execution.webhook.WebhookEvent.WebhookRemoved;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.axonframework.eventhandling.EventMessage;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.EventRows;
import tenancy.GoneWithTheirTenant;
import tenancy.InlineRows;
import tenancy.TenantContext;

/** A webhook listens from the commit that registers it to the one that removes it. */
@Configuration(proxyBeanMethods = false)
class WebhookRows {

    private static final String SEPARATOR = ",";

    private static final String TABLE = "execution.webhook";

    @Bean
    InlineRows writesRegisteredWebhooks() {
        return new EventRows(
                "webhook_registered",
                TABLE,
                """
                insert into execution.webhook (tenant_id, webhook, url, events, may_be_private, created_at, created_by)
                select tenant_id, webhook, url, string_to_array(events, ','), may_be_private, created_at, created_by
                from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::bool[], ?::timestamptz[], ?::text[])
                    as t(tenant_id, webhook, url, events, may_be_private, created_at, created_by)\
                """,
                List.of("text", "text", "text", "text", "bool", "timestamptz", "text"),
                Set.of(),
                event -> event.getPayload() instanceof WebhookRegistered registered
                        ? List.<Object[]>of(new Object[] {
                            meta(event, TenantContext.TENANT),
                            registered.webhook(),
                            registered.url(),
                            String.join(SEPARATOR, registered.events()),
                            registered.mayBePrivate(),
                            event.getTimestamp().toString(),
                            meta(event, TenantContext.PRINCIPAL)
                        })
                        : List.of());
    }

    @Bean
    InlineRows erasedDeliveries() {
        return new GoneWithTheirTenant("execution.webhook_delivery");
    }

    @Bean
    InlineRows erasedWebhookSecrets() {
        return new GoneWithTheirTenant("execution.webhook_secret");
    }

    @Bean
    InlineRows writesRemovedWebhooks() {
        return new EventRows(
                "webhook_removed",
                TABLE,
                """
                delete from execution.webhook w using unnest(?::text[], ?::text[]) as t(tenant_id, webhook)
                where w.tenant_id = t.tenant_id and w.webhook = t.webhook\
                """,
                List.of("text", "text"),
                Set.of(),
                event -> event.getPayload() instanceof WebhookRemoved removed
                        ? List.<Object[]>of(new Object[] {meta(event, TenantContext.TENANT), removed.webhook()})
                        : List.of());
    }

    private static String meta(EventMessage<?> event, String key) {
        return Objects.requireNonNull((String) event.getMetaData().get(key), key);
    }
}
