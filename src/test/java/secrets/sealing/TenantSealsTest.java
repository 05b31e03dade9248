package secrets.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.Aead;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import platform.PlatformTest;
import secrets.Seals.Unsealable;
import tenancy.TenantId;
import tenancy.TenantTransactions;

@PlatformTest
class TenantSealsTest {

    private static final int CASES = 1_000;
    private static final byte[] PLAIN = "plain-canary-0017".getBytes(StandardCharsets.UTF_8);

    @Autowired
    DataKeys dataKeys;

    @Autowired
    TenantTransactions transactions;

    @Autowired
    Environment environment;

    /** A node that has nothing open yet. */
    private TenantSeals node() {
        return new TenantSeals(dataKeys);
    }

    /** As whoever holds the database's files: sees and changes all rows. */
    private JdbcTemplate owner() {
        var source = new PGSimpleDataSource();
        source.setUrl(environment.getRequiredProperty("spring.datasource.url"));
        source.setUser(environment.getRequiredProperty("spring.datasource.username"));
        source.setPassword(environment.getRequiredProperty("spring.datasource.password"));
        return new JdbcTemplate(source);
    }

    @Test
    void opens_at_its_place_what_another_node_has_sealed() {
        var tenant = new TenantId("seals_open");

        byte[] sealed = node().seal(tenant, "secret/zendesk/1", PLAIN);

        assertThat(sealed).isNotEqualTo(PLAIN);
        assertThat(node().open(tenant, "secret/zendesk/1", sealed)).isEqualTo(PLAIN);
        assertThat(node().seal(tenant, "secret/zendesk/1", PLAIN)).isNotEqualTo(sealed);
    }

    @Test
    void a_tenant_that_has_sealed_nothing_opens_nothing_and_gets_no_key() {
        var tenant = new TenantId("seals_nothing");
        assertThatThrownBy(() -> node().open(tenant, "secret/zendesk/1", PLAIN)).isInstanceOf(Unsealable.class);
        assertThat(rowsOf(tenant)).isZero();
    }

    private long rowsOf(TenantId tenant) {
        Long rows = owner().queryForObject(
                        "select count(*) from secrets.data_key where tenant_id = ?", Long.class, tenant.value());
        return rows == null ? -1 : rows;
    }

    private record Row(TenantId tenant, String secret, int version, byte[] plain, byte[] sealed) {

        String place() {
            return "secret/%s/%d".formatted(secret, version);
        }
    }

    /** Every row in turn is put where another belongs, is rolled back, or is changed by a bit or a byte. */
    @Test
    void refuses_rows_that_were_swapped_rolled_back_or_changed() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        TenantSeals seals = node();
        List<Row> rows = new ArrayList<>();
        for (int tenant = 0; tenant < 8; tenant++) {
            for (int secret = 0; secret < 4; secret++) {
                for (int version = 1; version <= 3; version++) {
                    byte[] plain = new byte[1 + random.nextInt(300)];
                    random.nextBytes(plain);
                    var id = new TenantId("seals_swap_" + tenant);
                    var place = "secret/s%d/%d".formatted(secret, version);
                    rows.add(new Row(id, "s" + secret, version, plain, seals.seal(id, place, plain)));
                }
            }
        }
        for (Row row : rows) {
            assertThat(seals.open(row.tenant(), row.place(), row.sealed())).isEqualTo(row.plain());
        }
        for (int n = 0; n < CASES; n++) {
            Row there = rows.get(random.nextInt(rows.size()));
            String what = "seed %d, case %d, %s of %s".formatted(seed, n, there.place(), there.tenant());
            byte[] found = tampered(random, rows, there);
            assertThatThrownBy(() -> seals.open(there.tenant(), there.place(), found))
                    .as(what)
                    .isInstanceOf(Unsealable.class)
                    .hasNoCause();
        }
    }

    private static byte[] tampered(Random random, List<Row> rows, Row there) {
        List<Row> others = rows.stream()
                .filter(row -> switch (random.nextInt(3)) {
                    // the same place of another tenant, an earlier or later version, or anything else
                    case 0 ->
                        !row.tenant().equals(there.tenant()) && row.place().equals(there.place());
                    case 1 ->
                        row.tenant().equals(there.tenant())
                                && row.secret().equals(there.secret())
                                && row.version() != there.version();
                    default -> row != there;
                })
                .toList();
        byte[] bytes = there.sealed().clone();
        return switch (random.nextInt(6)) {
            case 0, 1, 2 -> others.get(random.nextInt(others.size())).sealed();
            case 3 -> {
                int bit = random.nextInt(bytes.length * 8);
                bytes[bit / 8] ^= (byte) (1 << bit % 8);
                yield bytes;
            }
            case 4 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
            default -> Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(20));
        };
    }

    @Test
    void one_tenants_data_key_in_anothers_row_opens_nothing() {
        var one = new TenantId("seals_key_a");
        var two = new TenantId("seals_key_b");
        byte[] ofOne = node().seal(one, "place", PLAIN);
        byte[] ofTwo = node().seal(two, "place", PLAIN);

        owner().update(
                        "update secrets.data_key d set wrapped = o.wrapped from secrets.data_key o"
                                + " where d.tenant_id = ? and o.tenant_id = ?",
                        two.value(),
                        one.value());

        TenantSeals seals = node();
        assertThat(seals.open(one, "place", ofOne)).isEqualTo(PLAIN);
        assertThatThrownBy(() -> seals.open(two, "place", ofTwo)).isInstanceOf(Unsealable.class);
        assertThatThrownBy(() -> seals.open(two, "place", ofOne)).isInstanceOf(Unsealable.class);
        assertThatThrownBy(() -> seals.seal(two, "place", PLAIN)).isInstanceOf(Unsealable.class);
    }

    /** Threads of two nodes that all find no key: one is made, and all of them use it. */
    @Test
    void the_first_use_may_be_everywhere_at_once() throws Exception {
        int threads = 16;
        List<TenantSeals> nodes = List.of(node(), node());
        for (int round = 0; round < 10; round++) {
            var tenant = new TenantId("seals_race_" + round);
            var together = new CyclicBarrier(threads);
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Callable<byte[]>> first = new ArrayList<>();
                for (int thread = 0; thread < threads; thread++) {
                    TenantSeals node = nodes.get(thread % nodes.size());
                    first.add(() -> {
                        together.await();
                        return node.seal(tenant, "place", PLAIN);
                    });
                }
                for (Future<byte[]> sealed : pool.invokeAll(first)) {
                    assertThat(node().open(tenant, "place", sealed.get())).isEqualTo(PLAIN);
                }
            }
            assertThat(rowsOf(tenant)).isEqualTo(1);
        }
    }

    /** The caller's transaction is not the key's: others may have sealed with it meanwhile. */
    @Test
    void what_a_caller_rolls_back_keeps_its_key() {
        var tenant = new TenantId("seals_rollback");
        TenantSeals seals = node();
        List<byte[]> sealed = new ArrayList<>();

        assertThatThrownBy(() -> transactions.in(tenant, () -> {
                    sealed.add(seals.seal(tenant, "place", PLAIN));
                    throw new IllegalStateException("undo");
                }))
                .hasMessage("undo");

        assertThat(node().open(tenant, "place", sealed.getFirst())).isEqualTo(PLAIN);
    }

    /** Whoever has the whole database but no wrapping key has nothing: not in any spelling, and not with a key of their own. */
    @Test
    void a_dump_without_the_wrapping_key_gives_nothing_away(@TempDir Path elsewhere) throws GeneralSecurityException {
        var tenant = new TenantId("seals_dump");
        byte[] sealed = node().seal(tenant, "place", PLAIN);
        List<String> looked = new ArrayList<>();
        var theirs = new FileKeys(elsewhere.resolve("theirs.json"));
        Aead another = theirs.key(theirs.first()).orElseThrow();

        List<byte[]> values = new ArrayList<>(List.of(sealed));
        for (String table : owner().queryForList(
                        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                                + " where n.nspname = 'secrets' and c.relkind = 'r'",
                        String.class)) {
            looked.add(table);
            for (Map<String, Object> row : owner().queryForList("select * from " + table)) {
                for (Object value : row.values()) {
                    values.add(
                            value instanceof byte[] bytes
                                    ? bytes
                                    : String.valueOf(value).getBytes(StandardCharsets.UTF_8));
                }
            }
        }

        assertThat(looked).contains("secrets.data_key", "secrets.wrapping_key");
        String plain = new String(PLAIN, StandardCharsets.UTF_8);
        for (byte[] value : values) {
            String text = new String(value, StandardCharsets.ISO_8859_1);
            assertThat(text)
                    .doesNotContain(
                            plain,
                            HexFormat.of().formatHex(PLAIN),
                            Base64.getEncoder().encodeToString(PLAIN));
            assertThatThrownBy(() -> Keysets.unwrapped(
                            value, another, "firebreak/data_key/seals_dump".getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(GeneralSecurityException.class);
        }
        byte[] wrapped = owner().queryForObject(
                        "select wrapped from secrets.data_key where tenant_id = ?", byte[].class, tenant.value());
        String name = owner().queryForObject(
                        "select wrapping_key from secrets.data_key where tenant_id = ?", String.class, tenant.value());
        // With the right one it opens, so the refusals above are not for another reason.
        var ours = new FileKeys(Path.of(environment.getRequiredProperty("firebreak.sealing.file")));
        assertThat(Keysets.unwrapped(
                                Objects.requireNonNull(wrapped),
                                ours.key(Objects.requireNonNull(name)).orElseThrow(),
                                "firebreak/data_key/seals_dump".getBytes(StandardCharsets.UTF_8))
                        .size())
                .isEqualTo(1);
    }
}
