package secrets.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.vault.core.VaultOperations;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient;
import platform.TestClient.Answer;
import tenancy.TenantId;

/** The keys that wrap data keys: compared at the start, and rotated while everybody goes on. */
@PlatformTest
class KeyringTest {

    private static final byte[] PLAIN = "plain-canary-0018".getBytes(StandardCharsets.UTF_8);
    private static final int TENANTS = 250;
    private static final int PATIENCE_SECONDS = 60;

    @Autowired
    DataKeys dataKeys;

    @Autowired
    Keyring keyring;

    @Autowired
    Environment environment;

    @Autowired
    Given given;

    @Autowired
    @Qualifier("systemDataSource")
    DataSource system;

    @TempDir
    Path directory;

    private Path file() {
        return Path.of(environment.getRequiredProperty("firebreak.sealing.file"));
    }

    /** A node that starts on the same database with keys of its own. */
    private Keyring startWith(Path file) {
        var settings = new SealingSettings(Source.FILE, Set.of(), file, List.of(), "transit", "firebreak");
        var vault = new StaticListableBeanFactory().getBeanProvider(VaultOperations.class);
        return new Keyring(new KeySources(settings, vault), system, Clock.systemUTC());
    }

    private List<Map<String, Object>> known() {
        return new JdbcTemplate(system)
                .queryForList("select wrapping_key, promoted, created_at from secrets.wrapping_key order by promoted");
    }

    @Test
    void a_node_with_the_same_file_starts_and_changes_nothing() {
        List<Map<String, Object>> before = known();
        assertThat(startWith(file()).inForce()).isEqualTo(keyring.inForce());
        assertThat(known()).isEqualTo(before);
    }

    @Test
    void a_node_without_the_file_does_not_start_and_makes_none() {
        List<Map<String, Object>> before = known();
        Path missing = directory.resolve("elsewhere").resolve("keys.json");

        assertThatThrownBy(() -> startWith(missing))
                .isInstanceOf(SealingUnusable.class)
                .hasMessageContainingAll(keyring.inForce(), "firebreak.sealing.file", "Nothing was changed");

        assertThat(missing.getParent()).doesNotExist();
        assertThat(known()).isEqualTo(before);
    }

    @Test
    void a_node_with_another_file_does_not_start_and_leaves_it_as_it_is() throws Exception {
        Path another = directory.resolve("keys.json");
        new FileKeys(another).first();
        byte[] made = Files.readAllBytes(another);
        List<Map<String, Object>> before = known();

        assertThatThrownBy(() -> startWith(another)).isInstanceOf(SealingUnusable.class);

        assertThat(another).hasBinaryContent(made);
        assertThat(known()).isEqualTo(before);
    }

    /** The names agree and the keys do not: found by what the right one has sealed. */
    @Test
    void a_key_that_only_bears_the_right_name_is_found_at_the_start() throws Exception {
        Path forged = directory.resolve("keys.json");
        new FileKeys(forged).first();
        var numbers = Pattern.compile("\"keyId\":(\\d+)|\"primaryKeyId\":(\\d+)");
        String wanted = Long.toString(Long.parseLong(keyring.inForce().substring("file:".length()), 16));
        String theirs = numbers.matcher(Files.readString(forged).replace(" ", ""))
                .replaceAll(found -> found.group().replaceAll("\\d+", wanted));
        Files.writeString(forged, theirs);
        Files.setPosixFilePermissions(forged, PosixFilePermissions.fromString("rw-------"));
        assertThat(new FileKeys(forged).names()).containsExactly(keyring.inForce());

        assertThatThrownBy(() -> startWith(forged))
                .isInstanceOf(SealingUnusable.class)
                .hasMessageContaining("not the one that this database was sealed with");
        assertThat(forged).hasContent(theirs);
    }

    @Test
    void all_data_keys_are_wrapped_again_while_everybody_seals_and_opens() throws Exception {
        TestClient operator = given.operator();
        Map<TenantId, byte[]> sealed = new HashMap<>();
        var before = new TenantSeals(dataKeys);
        for (int n = 0; n < TENANTS; n++) {
            var tenant = new TenantId("rotated_" + n);
            sealed.put(tenant, before.seal(tenant, "place", PLAIN));
        }
        String old = operator.get("/v1/sealing").expect(200).at("/in_force");
        var stop = new AtomicBoolean();
        var opened = new AtomicLong();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> busy = new ArrayList<>();
        for (int thread = 0; thread < 3; thread++) {
            int mine = thread;
            busy.add(Thread.ofVirtual().start(() -> {
                for (int n = 0; !stop.get(); n++) {
                    try {
                        // Nothing is open in it: every key is read and unwrapped, whoever wraps it now.
                        var node = new TenantSeals(dataKeys);
                        var tenant = new TenantId("rotated_" + (n * 7 + mine) % TENANTS);
                        assertThat(node.open(tenant, "place", sealed.get(tenant))).isEqualTo(PLAIN);
                        var isNew = new TenantId("rotated_new_%d_%d".formatted(mine, n % 40));
                        assertThat(node.open(isNew, "p", node.seal(isNew, "p", PLAIN))).isEqualTo(PLAIN);
                        opened.incrementAndGet();
                    } catch (Throwable failed) {
                        failures.add(failed);
                    }
                }
            }));
        }

        Answer rotated = operator.post("/v1/sealing:rotate", "").expect(202);
        String now = rotated.at("/in_force");
        Answer done = wrapped(operator);
        stop.set(true);
        for (Thread thread : busy) {
            thread.join();
        }

        assertThat(failures).isEmpty();
        assertThat(opened.get()).isPositive();
        assertThat(now).isNotEqualTo(old);
        assertThat(done.json().at("/data_keys").asInt()).isGreaterThanOrEqualTo(TENANTS);
        // A key that was made under the old one a moment too late is found by asking once more.
        operator.post("/v1/sealing:rotate", "").expect(202);
        Answer again = wrapped(operator);
        operator.delete("/v1/sealing/keys/" + again.at("/in_force")).expect(409);
        for (String key : List.of(old, now)) {
            operator.delete("/v1/sealing/keys/" + key).expect(204);
            assertThat(Files.readString(file()))
                    .doesNotContain(Long.toString(Long.parseLong(key.substring("file:".length()), 16)));
        }
        operator.delete("/v1/sealing/keys/" + old).expect(404);
        var after = new TenantSeals(dataKeys);
        sealed.forEach((tenant, bytes) -> assertThat(after.open(tenant, "place", bytes)).isEqualTo(PLAIN));
        assertThat(startWith(file()).inForce()).isEqualTo(again.at("/in_force"));
        assertThat(journaled()).contains(
                        "wrapping_key_promoted", "data_keys_wrapped_again", "wrapping_key_dropped");
    }

    private static Answer wrapped(TestClient operator) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            Answer answer = operator.get("/v1/sealing").expect(200);
            boolean done = answer.json().at("/to_wrap_again").asInt(-1) == 0
                    && !answer.json().at("/wrapping").asBoolean(true);
            if (done || System.nanoTime() > end) {
                assertThat(done).as(answer.body()).isTrue();
                return answer;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private Set<String> journaled() {
        return new HashSet<>(new JdbcTemplate(system)
                .queryForList(
                        "select distinct payload_type from journal.event where tenant_id = 'fleet'", String.class));
    }

    @Test
    void sealing_is_the_operators_business() {
        var tenant = given.customer();
        for (TestClient caller : List.of(tenant.admin(), tenant.agent(), tenant.auditor())) {
            caller.get("/v1/sealing").expect(403);
            caller.post("/v1/sealing:rotate", "").expect(403);
            caller.delete("/v1/sealing/keys/any").expect(403);
        }
    }
}
