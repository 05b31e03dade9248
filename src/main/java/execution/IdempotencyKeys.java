package execution;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/**
 * Which idempotency keys a tenant has used. Recent ones are in memory; of older ones the database is asked only when it
 * has objected: a key that is not in memory is written as if it were new, the unique constraint undoes that if it is
 * not, and the command that is then decided again is known here as one that was undone.
 */
@Component
class IdempotencyKeys {

    private static final int MOST_UNDONE = 20_000;
    private static final String CALLERS = "c:";
    private static final String DERIVED = "d:";
    private static final String LOOK_UP =
            "select action, request_digest, created_at, held from execution.idempotency where tenant_id = ? and key = ?";

    private final JdbcTemplate database;
    private final TenantTransactions transactions;
    private final Cache<Key, Used> recent;
    private final Cache<ActionId, Boolean> undone = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_UNDONE)
            .build();

    IdempotencyKeys(JdbcTemplate database, TenantTransactions transactions, ExecutionSettings settings) {
        this.database = database;
        this.transactions = transactions;
        this.recent = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumSize(settings.recentKeys())
                .build();
    }

    /**
     * The key as stored: a caller's cannot be taken for a derived one.
     *
     * @param derived what stands for the request where its caller gave no key
     */
    static String stored(@Nullable String callers, Supplier<String> derived) {
        return callers == null ? DERIVED + derived.get() : CALLERS + callers;
    }

    /** The key as the target system gets it. */
    static String sent(String stored) {
        return stored.substring(CALLERS.length());
    }

    /**
     * What a key was used for.
     *
     * @param held whether the first answer was that people have to agree
     */
    record Used(ActionId action, String requestDigest, Instant decidedAt, boolean held) {}

    private record Key(TenantId tenant, String key) {}

    /**
     * What the tenant has used the key for.
     *
     * @param asking the action that the command now being handled would become
     */
    Optional<Used> find(ActionId asking, String key) {
        TenantId tenant = asking.tenant();
        Used used = recent.getIfPresent(new Key(tenant, key));
        if (used == null && undone.getIfPresent(asking) != null) {
            undone.invalidate(asking);
            used = lookUp(tenant, key);
        }
        if (used != null && !used.action().tenant().equals(tenant)) {
            throw new IllegalStateException("A key of another tenant was found.");
        }
        return Optional.ofNullable(used);
    }

    /** Remembers a key that the unit of work at hand will write. */
    void use(String key, Used used) {
        Key mine = new Key(used.action().tenant(), key);
        recent.put(mine, used);
        CurrentUnitOfWork.get().onRollback(rolledBack -> {
            recent.invalidate(mine);
            undone.put(used.action(), Boolean.TRUE);
        });
    }

    /** Memory is only a shortcut: without it, the database objects to every key that was used. */
    void forgetAll() {
        recent.invalidateAll();
    }

    private @Nullable Used lookUp(TenantId tenant, String key) {
        List<Used> found = transactions.in(
                tenant,
                () -> database.query(
                        LOOK_UP,
                        (row, number) -> new Used(
                                new ActionId(tenant, row.getString(1)),
                                row.getString(2),
                                row.getTimestamp(3).toInstant(),
                                row.getBoolean(4)),
                        tenant.value(),
                        key));
        found.forEach(used -> recent.put(new Key(tenant, key), used));
        return found.isEmpty() ? null : found.getFirst();
    }
}
