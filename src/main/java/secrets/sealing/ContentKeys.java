package secrets.sealing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import secrets.Seals.Unsealable;
import tenancy.ContentSeal;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/**
 * Seals contents with AES-256-GCM, each tenant's of each day (UTC) under a key of its own; tenant and day are
 * authenticated with what is sealed. The keys are sealed with the tenant's data key, and made when first needed.
 */
@Component
class ContentKeys implements ContentSeal {

    private static final Logger LOG = LoggerFactory.getLogger(ContentKeys.class);
    /** After all days. */
    static final String EVER = "9999-12-31";

    private static final int KEY_BYTES = 32;
    private static final int MOST_OPEN = 20_000;
    private static final Duration KEPT_OPEN = Duration.ofMinutes(10);

    /** However busy: a node that was suspended and did not hear of a key's end does not open with it for longer. */
    private static final Duration LONGEST_OPEN = Duration.ofMinutes(30);

    private static final String READ = """
        select k.sealed, k.tenant_id is not null as made, e.tenant_id is not null as erased
        from (select ? as tenant_id, ? as period) as wanted
        left join secrets.content_key k on k.tenant_id = wanted.tenant_id and k.period = wanted.period
        left join secrets.erased_tenant e on e.tenant_id = wanted.tenant_id\
        """;
    private static final String MAKE = """
        insert into secrets.content_key (tenant_id, period, sealed, created_at) values (?, ?, ?, ?) on conflict do nothing\
        """;

    private static final String LEFT = """
        select count(*), min(period), max(period) from secrets.content_key
        where tenant_id = ? and period <= ? and destroyed_at is null\
        """;

    private final TenantSeals seals;
    private final TenantTransactions transactions;
    private final TransactionTemplate apart;
    private final JdbcTemplate ofTenant;
    private final JdbcTemplate system;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Cache<Name, Kept> open = Caffeine.newBuilder()
            .maximumSize(MOST_OPEN)
            .expireAfterAccess(KEPT_OPEN)
            .expireAfterWrite(LONGEST_OPEN)
            .build();

    ContentKeys(
            TenantSeals seals,
            TenantTransactions transactions,
            PlatformTransactionManager manager,
            JdbcTemplate ofTenant,
            @Qualifier("systemDataSource") DataSource system,
            Clock clock) {
        this.seals = seals;
        this.transactions = transactions;
        this.apart = new TransactionTemplate(manager);
        apart.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.ofTenant = ofTenant;
        this.system = new JdbcTemplate(system);
        this.clock = clock;
    }

    private record Name(TenantId tenant, String period) {

        /** What a key seals, and what it is sealed for, are told apart. */
        byte[] associated() {
            return ("firebreak/content/" + tenant + "/" + period).getBytes(StandardCharsets.UTF_8);
        }

        String place() {
            return "content_key/" + period;
        }
    }

    /** What became of a key. */
    private enum Fate {
        THERE,
        NEVER_MADE,
        /** Destroyed, or its tenant was erased. */
        GONE,
        /** There, and does not open. */
        LOST
    }

    /** @param key null unless it is there */
    private record Kept(Fate fate, @Nullable ContentCipher key) {

        Kept(Fate fate) {
            this(fate, null);
        }
    }

    @Override
    public Optional<Sealed> seal(TenantId tenant, byte[] plain) {
        var name = new Name(tenant, today().toString());
        Kept made = made(name);
        ContentCipher key = made.key();
        if (key == null) {
            if (made.fate() == Fate.LOST) {
                throw new Unsealable(tenant, name.place());
            }
            return Optional.empty();
        }
        try {
            return Optional.of(new Sealed(name.period(), key.encrypt(plain, name.associated())));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Contents of %s cannot be sealed".formatted(tenant), impossible);
        }
    }

    @Override
    public Opened open(TenantId tenant, String period, byte[] sealed) {
        var name = new Name(tenant, period);
        Kept found = found(name);
        ContentCipher key = found.key();
        if (key == null) {
            return found.fate() == Fate.NEVER_MADE ? new Opened.Foreign() : new Opened.Gone();
        }
        try {
            return new Opened.Plain(key.decrypt(sealed, name.associated()));
        } catch (GeneralSecurityException another) {
            return new Opened.Foreign();
        }
    }

    @Override
    public Left left(TenantId tenant) {
        return left(tenant, EVER);
    }

    /** Of those of up to this day. */
    Left left(TenantId tenant, String last) {
        return Objects.requireNonNull(system.queryForObject(
                LEFT,
                (row, number) -> new Left(row.getLong(1), row.getString(2), row.getString(3)),
                tenant.value(),
                last));
    }

    @Override
    public void forget(TenantId tenant) {
        forget(tenant, EVER);
        seals.forget(tenant);
    }

    LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    /** Makes a key before it is needed; nothing if there is one, or if there was. */
    void make(TenantId tenant, LocalDate day) {
        Kept unused = made(new Name(tenant, day.toString()));
    }

    /** Those of up to this day are destroyed. */
    void forget(TenantId tenant, String last) {
        open.asMap()
                .keySet()
                .removeIf(name -> name.tenant().equals(tenant) && name.period().compareTo(last) <= 0);
    }

    private Kept made(Name name) {
        Kept found = found(name);
        if (found.fate() != Fate.NEVER_MADE) {
            return found;
        }
        byte[] fresh = new byte[KEY_BYTES];
        random.nextBytes(fresh);
        try {
            byte[] sealed =
                    Objects.requireNonNull(apart.execute(begun -> seals.seal(name.tenant(), name.place(), fresh)));
            int unused = system.update(
                    MAKE,
                    name.tenant().value(),
                    name.period(),
                    sealed,
                    clock.instant().atOffset(ZoneOffset.UTC));
        } finally {
            Arrays.fill(fresh, (byte) 0);
        }
        // Whoever was first has made the key that all take.
        return found(name);
    }

    /** Not loaded by the cache: while it loads one key it may block others, and this reads the database. */
    private Kept found(Name name) {
        Kept known = open.getIfPresent(name);
        if (known != null) {
            return known;
        }
        // Apart from what is under way: that may be another tenant's, or be undone.
        Kept found = Objects.requireNonNull(apart.execute(begun -> transactions.in(name.tenant(), () -> read(name))));
        if (found.fate() == Fate.THERE || found.fate() == Fate.GONE) {
            open.put(name, found);
        }
        return found;
    }

    private Kept read(Name name) {
        return Objects.requireNonNull(ofTenant.queryForObject(
                READ,
                (row, number) -> {
                    byte[] sealed = row.getBytes("sealed");
                    if (row.getBoolean("erased") || row.getBoolean("made") && sealed == null) {
                        return new Kept(Fate.GONE);
                    }
                    return sealed == null ? new Kept(Fate.NEVER_MADE) : opened(name, sealed);
                },
                name.tenant().value(),
                name.period()));
    }

    private Kept opened(Name name, byte[] sealed) {
        try {
            byte[] key = seals.open(name.tenant(), name.place(), sealed);
            try {
                return new Kept(Fate.THERE, new ContentCipher(key));
            } finally {
                Arrays.fill(key, (byte) 0);
            }
        } catch (Unsealable damaged) {
            LOG.error("A key of {} is lost: what was sealed with it cannot be read", name, damaged);
            return new Kept(Fate.LOST);
        }
    }
}
