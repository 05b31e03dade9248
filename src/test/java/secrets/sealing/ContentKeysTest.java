package secrets.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import platform.Given;
import platform.PlatformTest;
import secrets.ContentRetention;
import secrets.Seals.Unsealable;
import tenancy.ContentSeal.Opened;
import tenancy.ContentSeal.Sealed;
import tenancy.TenantId;
import tenancy.TenantTransactions;

@PlatformTest
class ContentKeysTest {

    private static final byte[] PLAIN = "{\"status\":\"solved\"}".getBytes(StandardCharsets.UTF_8);
    private static final Instant NOON = Instant.parse("2026-11-29T12:00:00Z");
    private static final LocalDate DAY = LocalDate.of(2026, 11, 29);

    private final DataKeys dataKeys;
    private final TenantTransactions transactions;
    private final PlatformTransactionManager manager;
    private final JdbcTemplate database;
    private final DataSource system;
    private final ContentRetention retention;
    private final Given given;
    private final JdbcTemplate owner;

    @Autowired
    ContentKeysTest(
            DataKeys dataKeys,
            TenantTransactions transactions,
            PlatformTransactionManager manager,
            JdbcTemplate database,
            @Qualifier("systemDataSource") DataSource system,
            ContentRetention retention,
            Given given,
            Environment environment) {
        this.dataKeys = dataKeys;
        this.transactions = transactions;
        this.manager = manager;
        this.database = database;
        this.system = system;
        this.retention = retention;
        this.given = given;
        var source = new PGSimpleDataSource();
        source.setUrl(environment.getRequiredProperty("spring.datasource.url"));
        source.setUser(environment.getRequiredProperty("spring.datasource.username"));
        source.setPassword(environment.getRequiredProperty("spring.datasource.password"));
        this.owner = new JdbcTemplate(source);
    }

    /** A node that has nothing open yet. */
    private ContentKeys node(Instant now) {
        return new ContentKeys(
                new TenantSeals(dataKeys), transactions, manager, database, system, Clock.fixed(now, ZoneOffset.UTC));
    }

    private static TenantId tenant() {
        return new TenantId("tenant_" + UUID.randomUUID().toString().replace("-", ""));
    }

    private List<String> days(TenantId tenant) {
        return owner.query(
                "select period from secrets.content_key where tenant_id = ? order by period",
                (row, number) -> row.getString(1),
                tenant.value());
    }

    private static byte[] plain(Opened opened) {
        return ((Opened.Plain) opened).bytes();
    }

    @Test
    void nodes_that_seal_at_the_same_time_make_one_key() throws Exception {
        for (int round = 0; round < 10; round++) {
            TenantId tenant = tenant();
            var together = new CyclicBarrier(8);
            List<Future<Sealed>> sealed = new ArrayList<>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int node = 0; node < 8; node++) {
                    ContentKeys keys = node(NOON);
                    sealed.add(threads.submit(() -> {
                        together.await();
                        return keys.seal(tenant, PLAIN).orElseThrow();
                    }));
                }
            }
            ContentKeys reader = node(NOON);
            for (Future<Sealed> each : sealed) {
                Sealed one = each.get();
                assertThat(plain(reader.open(tenant, one.period(), one.bytes())))
                        .isEqualTo(PLAIN);
            }
            assertThat(days(tenant)).containsExactly("2026-11-29");
        }
    }

    @Test
    void what_is_sealed_opens_for_its_tenant_and_day_and_as_it_is_only() {
        TenantId tenant = tenant();
        TenantId other = tenant();
        ContentKeys keys = node(NOON);
        Sealed sealed = keys.seal(tenant, PLAIN).orElseThrow();
        var unused = keys.seal(other, PLAIN);
        unused = node(NOON.plusSeconds(86_400)).seal(tenant, PLAIN);

        assertThat(keys.open(other, sealed.period(), sealed.bytes())).isInstanceOf(Opened.Foreign.class);
        assertThat(keys.open(tenant, "2026-11-30", sealed.bytes())).isInstanceOf(Opened.Foreign.class);
        assertThat(keys.open(tenant, "2026-11-28", sealed.bytes())).isInstanceOf(Opened.Foreign.class);
        for (int at = 0; at < sealed.bytes().length; at++) {
            byte[] changed = sealed.bytes().clone();
            changed[at] ^= 1;
            assertThat(keys.open(tenant, sealed.period(), changed)).isInstanceOf(Opened.Foreign.class);
            assertThat(keys.open(tenant, sealed.period(), Arrays.copyOf(sealed.bytes(), at)))
                    .isInstanceOf(Opened.Foreign.class);
        }
        assertThat(plain(keys.open(tenant, sealed.period(), sealed.bytes()))).isEqualTo(PLAIN);
    }

    @Test
    void a_key_that_is_destroyed_is_gone_on_this_node_at_once_on_others_after_a_look_and_is_not_made_again() {
        TenantId tenant = new TenantId(given.customer().tenant());
        Instant now = Instant.now();
        ContentKeys other = node(now);
        Sealed sealed = other.seal(tenant, PLAIN).orElseThrow();
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);

        assertThat(retention.destroyThrough(tenant, today)).isEqualTo(1);

        assertThat(retention.destroyThrough(tenant, today)).isZero();
        assertThat(node(now).open(tenant, sealed.period(), sealed.bytes())).isInstanceOf(Opened.Gone.class);
        assertThat(plain(other.open(tenant, sealed.period(), sealed.bytes()))).isEqualTo(PLAIN);
        new ContentKeyWatch(other, system, Clock.systemUTC()).look();
        assertThat(other.open(tenant, sealed.period(), sealed.bytes())).isInstanceOf(Opened.Gone.class);
        assertThat(other.seal(tenant, PLAIN)).isEmpty();
        assertThat(owner.queryForObject(
                        "select sealed is null from secrets.content_key where tenant_id = ?",
                        Boolean.class,
                        tenant.value()))
                .isTrue();
    }

    @Test
    void in_a_days_last_hour_the_next_days_keys_are_made_for_those_who_were_active() {
        TenantId active = tenant();
        TenantId idle = tenant();
        var unused = node(NOON).seal(active, PLAIN);
        unused = node(NOON.minusSeconds(86_400)).seal(idle, PLAIN);

        look(DAY.atTime(22, 59).toInstant(ZoneOffset.UTC));
        assertThat(days(active)).containsExactly("2026-11-29");

        look(DAY.atTime(23, 1).toInstant(ZoneOffset.UTC));
        assertThat(days(active)).containsExactly("2026-11-29", "2026-11-30");
        assertThat(days(idle)).containsExactly("2026-11-28");
    }

    @Test
    void tenants_whose_keys_are_damaged_keep_nobody_from_the_next_day() {
        List<TenantId> two = Stream.generate(ContentKeysTest::tenant)
                .limit(2)
                .sorted(Comparator.comparing(TenantId::value))
                .toList();
        two.forEach(tenant -> assertThat(node(NOON).seal(tenant, PLAIN)).isPresent());
        changeABit(two.getFirst());
        Instant late = DAY.atTime(23, 1).toInstant(ZoneOffset.UTC);
        try {
            var one = new ContentKeyWatch(node(late), system, Clock.fixed(late, ZoneOffset.UTC), 1);
            for (int looks = 0; looks < 50; looks++) {
                one.look();
            }
        } finally {
            changeABit(two.getFirst());
        }

        assertThat(days(two.getFirst())).containsExactly("2026-11-29");
        assertThat(days(two.getLast())).containsExactly("2026-11-29", "2026-11-30");
    }

    private void look(Instant now) {
        new ContentKeyWatch(node(now), system, Clock.fixed(now, ZoneOffset.UTC)).look();
    }

    /** Whoever cannot seal must not write, and whoever reads goes on. */
    @Test
    void a_tenant_whose_data_key_is_damaged_is_refused_and_its_past_reads_as_gone() {
        TenantId tenant = tenant();
        Sealed sealed = node(NOON).seal(tenant, PLAIN).orElseThrow();
        changeABit(tenant);
        try {
            assertThatThrownBy(() -> node(NOON).seal(tenant, PLAIN)).isInstanceOf(Unsealable.class);
            assertThat(node(NOON).open(tenant, sealed.period(), sealed.bytes())).isInstanceOf(Opened.Gone.class);
        } finally {
            changeABit(tenant);
        }
        assertThat(plain(node(NOON).open(tenant, sealed.period(), sealed.bytes())))
                .isEqualTo(PLAIN);
    }

    private void changeABit(TenantId tenant) {
        assertThat(owner.update(
                        "update secrets.data_key set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1)"
                                + " where tenant_id = ?",
                        tenant.value()))
                .isEqualTo(1);
    }
}
