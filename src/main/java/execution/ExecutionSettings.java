package execution;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import tenancy.TenantId;

/**
 * How actions are executed here.
 *
 * @param pools bounded sets of slots by name; {@code shared} always exists
 * @param waitingInMemory most waiting actions of a tenant and pool held in memory; the rest stays in the table
 * @param sweep how often the table is looked at for what memory does not know
 * @param drain how long a stop waits for running actions
 * @param longestWait most that a request may wait for its outcome
 * @param recentKeys idempotency keys held in memory
 * @param forgetEvery how often it is looked for ended actions that are older than their tenant wants
 */
@ConfigurationProperties("firebreak.execution")
record ExecutionSettings(
        @DefaultValue Map<String, PoolSettings> pools,
        @DefaultValue("1000") int waitingInMemory,
        @DefaultValue("1s") Duration sweep,
        @DefaultValue("2s") Duration drain,
        @DefaultValue("60s") Duration longestWait,
        @DefaultValue("100000") int recentKeys,
        @DefaultValue("1h") Duration forgetEvery) {

    static final String SHARED = "shared";

    ExecutionSettings {
        Map<String, PoolSettings> all = new LinkedHashMap<>(pools);
        all.putIfAbsent(SHARED, new PoolSettings(256, List.of()));
        pools = Map.copyOf(all);
    }

    /**
     * @param slots most actions at a time
     * @param dedicatedTo tenants whose actions run here and nobody else's; empty for a pool that operations name
     */
    record PoolSettings(
            @DefaultValue("256") int slots, @DefaultValue List<String> dedicatedTo) {

        PoolSettings {
            dedicatedTo = List.copyOf(dedicatedTo);
        }
    }

    /** The pool a tenant's action runs in: its own if it has one, else the one its operation names, else the shared one. */
    String poolFor(TenantId tenant, String named) {
        for (Map.Entry<String, PoolSettings> pool : pools.entrySet()) {
            if (pool.getValue().dedicatedTo().contains(tenant.value())) {
                return pool.getKey();
            }
        }
        PoolSettings wanted = pools.get(named);
        return wanted != null && wanted.dedicatedTo().isEmpty() ? named : SHARED;
    }
}
