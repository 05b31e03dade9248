package secrets.sealing;

import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import secrets.sealing.ContentEvent.ContentKeysDestroyed;
import tenancy.EventRows;
import tenancy.GoneWithTheirTenant;
import tenancy.InlineRows;
import tenancy.TenantContext;
import tenancy.TenantEvent.TenantErased;

/** Keys are destroyed with the events that say so, or not at all. */
@Configuration(proxyBeanMethods = false)
class ContentKeyRows {

    private static final String DESTROYED = """
        update secrets.content_key k set sealed = null, destroyed_at = t.at
        from unnest(?::text[], ?::text[], ?::timestamptz[]) as t (tenant_id, through, at)
        where k.tenant_id = t.tenant_id and k.period <= t.through and k.sealed is not null\
        """;
    private static final String ERASED = """
        insert into secrets.erased_tenant (tenant_id, erased_at)
        select * from unnest(?::text[], ?::timestamptz[]) on conflict do nothing\
        """;

    @Bean
    InlineRows destroysContentKeys() {
        return new EventRows(
                        "content_keys_destroyed",
                        "secrets.content_key",
                        DESTROYED,
                        List.of("text", "text", "timestamptz"),
                        event -> switch (event.getPayload()) {
                            case ContentKeysDestroyed destroyed -> one(tenant(event), destroyed.through(), at(event));
                            case TenantErased _ -> one(tenant(event), ContentKeys.EVER, at(event));
                            default -> List.of();
                        })
                .withKey(1);
    }

    @Bean
    InlineRows remembersErased() {
        return new EventRows(
                        "tenant_erased",
                        "secrets.erased_tenant",
                        ERASED,
                        List.of("text", "timestamptz"),
                        event -> event.getPayload() instanceof TenantErased ? one(tenant(event), at(event)) : List.of())
                .withKey(1);
    }

    @Bean
    InlineRows destroysDataKeys() {
        return new GoneWithTheirTenant("secrets.data_key");
    }

    private static List<Object[]> one(Object... values) {
        return List.<Object[]>of(values);
    }

    private static String at(EventMessage<?> event) {
        return event.getTimestamp().toString();
    }

    private static String tenant(EventMessage<?> event) {
        return String.valueOf(event.getMetaData().get(TenantContext.TENANT));
    }
}
