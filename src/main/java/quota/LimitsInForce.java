package quota;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/**
 * Quota classes and overrides in memory. Each entry is replaced whole and only by a newer one, so it does not matter
 * in which order a command of this process and the projection bring the news.
 */
@Component
class LimitsInForce implements QuotaClasses {

    private final Map<String, DefinedClass> classes = new ConcurrentHashMap<>();
    private final Map<TenantId, Overrides> overrides = new ConcurrentHashMap<>();

    @Override
    public Limits limits(TenantId tenant, String quotaClass) {
        return ofClass(quotaClass).under(overrides.getOrDefault(tenant, Overrides.NONE));
    }

    /** The limits of the class alone: in a lane, the tenant's budget holds the overrides. */
    Limits ofClass(String quotaClass) {
        DefinedClass defined = classes.get(quotaClass);
        if (defined == null) {
            throw new UnknownQuotaClass(quotaClass);
        }
        return defined.limits();
    }

    /** All classes, by name. */
    List<DefinedClass> classes() {
        return List.copyOf(new TreeMap<>(classes).values());
    }

    void defined(DefinedClass news) {
        classes.merge(news.name(), news, (old, fresh) -> fresh.version() > old.version() ? fresh : old);
    }

    void overridden(TenantId tenant, Overrides news) {
        overrides.merge(tenant, news, (old, fresh) -> fresh.version() > old.version() ? fresh : old);
    }

    /** One change, told by its event; does nothing if it is known already. */
    void overridden(TenantId tenant, Layer layer, String scope, String limit, long value, long version) {
        overrides.compute(tenant, (key, known) -> {
            Overrides old = known == null ? Overrides.NONE : known;
            return version > old.version() ? old.with(layer, scope, limit, value, version) : old;
        });
    }

    void cleared(TenantId tenant, Layer layer, String scope, String limit, long version) {
        overrides.compute(tenant, (key, known) -> {
            Overrides old = known == null ? Overrides.NONE : known;
            return version > old.version() ? old.without(layer, scope, limit, version) : old;
        });
    }
}
