package tenancy.registry;

import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.Subscriptions;
import tenancy.TenantId;

/** Subscriptions, remembered: looked up when first asked for, and again in the background while in use. */
@Component
class RememberedSubscriptions implements Subscriptions {

    private static final int MOST_REMEMBERED = 50_000;

    /** How long a change made on another node may take to be seen here. */
    private static final Duration FRESH_FOR = Duration.ofSeconds(10);

    private final JdbcTemplate everyTenant;
    private final LoadingCache<TenantId, @Nullable String> remembered = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .refreshAfterWrite(FRESH_FOR)
            .executor(task -> Thread.ofVirtual().name("subscriptions").start(task))
            .build(new CacheLoader<>() {
                @Override
                public @Nullable String load(TenantId tenant) {
                    return lookUp(tenant);
                }

                /** A row that is not there yet, because projections lag, takes nothing away from what was decided. */
                @Override
                public String reload(TenantId tenant, String known) {
                    return Objects.requireNonNullElse(lookUp(tenant), known);
                }
            });

    RememberedSubscriptions(@Qualifier("systemDataSource") DataSource everyTenant) {
        this.everyTenant = new JdbcTemplate(everyTenant);
    }

    @Override
    public Optional<String> quotaClass(TenantId tenant) {
        return tenant.equals(TenantId.FLEET) ? Optional.empty() : Optional.ofNullable(remembered.get(tenant));
    }

    /** What was just decided counts here at once, before the row that follows from it is written. */
    void remember(TenantView tenant) {
        remembered.put(new TenantId(tenant.tenantId()), tenant.quotaClass());
    }

    /** Null for a tenant without a row: it is not remembered, so that it is found as soon as there is one. */
    private @Nullable String lookUp(TenantId tenant) {
        List<@Nullable String> found = everyTenant.queryForList(
                "select quota_class from tenancy.tenant where tenant_id = ?", String.class, tenant.value());
        return found.isEmpty() ? null : found.getFirst();
    }
}
