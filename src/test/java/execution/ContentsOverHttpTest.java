package execution;

import static org.assertj.core.api.Assertions.assertThat;

import audit.OfflineVerification;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import platform.Canaries;
import platform.Given;
import platform.Given.Customer;
import platform.PlatformTest;
import platform.TestClient.Answer;
import platform.TicketDesk;
import secrets.ContentRetention;
import tenancy.ReceiptVerification;

/** What agents sent and got: sealed where it is stored, unreadable past its days, and gone for good with its tenant. */
@PlatformTest
class ContentsOverHttpTest {

    private static final String LAYER = "/v1/policies/layer:tenant";

    private final Given given;
    private final DataSource everyTenant;
    private final ContentRetention contents;
    private final ExecutionSettings settings;
    private final JdbcTemplate owner;

    @TempDir
    private Path directory;

    private TicketDesk desk;
    private Customer acme;
    private String record;
    private String action;

    @Autowired
    ContentsOverHttpTest(
            Given given,
            @Qualifier("systemDataSource") DataSource everyTenant,
            ContentRetention contents,
            ExecutionSettings settings,
            Environment environment) {
        this.given = given;
        this.everyTenant = everyTenant;
        this.contents = contents;
        this.settings = settings;
        var source = new PGSimpleDataSource();
        source.setUrl(environment.getRequiredProperty("spring.datasource.url"));
        source.setUser(environment.getRequiredProperty("spring.datasource.username"));
        source.setPassword(environment.getRequiredProperty("spring.datasource.password"));
        this.owner = new JdbcTemplate(source);
    }

    @BeforeEach
    void anActionThatIsDone() throws IOException {
        desk = TicketDesk.start(given);
        acme = desk.customer();
        record = "rec-" + UUID.randomUUID();
        Answer done = desk.act(acme, "wr_1", "ticket.update", record);
        assertThat(done.at("/state")).isEqualTo("succeeded");
        action = done.at("/action_id");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void what_was_asked_and_answered_is_read_over_http_and_stored_nowhere_as_it_was() {
        Answer view = acme.agent().get("/v1/actions/" + action).expect(200);
        assertThat(view.at("/target/record_id")).isEqualTo(record);
        assertThat(view.at("/arguments/status")).isEqualTo("solved");
        assertThat(view.at("/outcome/result/status")).isEqualTo("solved");
        assertThat(journal(acme)).contains(record).doesNotContain("$sealed");

        assertThat(tablesWith(acme, record)).isEmpty();
        assertThat(stored("action_queued"))
                .contains(
                        "\"target\":{\"$sealed\":1,",
                        "\"arguments\":{\"$sealed\":1,",
                        "\"operation\":\"ticket.update\"");
        assertThat(stored("action_succeeded")).contains("\"result\":{\"$sealed\":1,");
    }

    private String stored(String type) {
        return String.valueOf(owner.queryForObject(
                "select convert_from(payload, 'UTF8') from journal.event where tenant_id = ? and payload_type = ?",
                String.class,
                acme.tenant(),
                type));
    }

    @Test
    void past_the_days_that_the_tenant_names_it_cannot_be_read_and_the_journal_is_whole() throws Exception {
        Customer globex = desk.customer();
        String others = desk.act(globex, "wr_1", "ticket.update", record).at("/action_id");
        Path before = checkpoint(acme);
        keepFor(acme, 30);
        String exported = bundle(acme);

        forgetAt(Instant.now().plus(Duration.ofDays(30)));
        assertThat(acme.agent().get("/v1/actions/" + action).at("/arguments/status"))
                .isEqualTo("solved");
        forgetAt(Instant.now().plus(Duration.ofDays(31)));

        Answer view = acme.agent().get("/v1/actions/" + action).expect(200);
        assertThat(view.at("/contents")).isEqualTo("destroyed");
        assertThat(view.json().path("arguments").isMissingNode()
                        || view.json().path("arguments").isNull())
                .isTrue();
        assertThat(view.body()).doesNotContain(record);
        assertThat(view.at("/state")).isEqualTo("succeeded");
        assertThat(view.at("/outcome/status")).isEqualTo("200");
        assertThat(journal(acme)).contains("$sealed", "content_keys_destroyed").doesNotContain(record);
        assertThat(acme.auditor().get("/v1/runs/wr_1/replay").expect(200).body())
                .doesNotContain(record);
        assertThat(acme.analyst().get("/v1/decisions").expect(200).body()).contains("ticket.update");
        assertThat(verified(acme, bundle(acme), before)).startsWith("Whole: ");
        assertThat(verified(acme, exported, null)).startsWith("Whole: ");
        assertThat(globex.agent().get("/v1/actions/" + others).at("/target/record_id"))
                .isEqualTo(record);
        assertThat(acme.admin()
                        .post("/v1/rollbacks", "{\"workflow_run_id\":\"wr_1\"}")
                        .expect(201)
                        .at("/steps/0/verdict"))
                .isEqualTo("irreversible");
    }

    @Test
    void a_day_is_spared_while_something_asked_for_on_it_waits() {
        acme.admin()
                .put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"all","effect":"allow","operations":["*"]},
              {"id":"ask","effect":"require_approval","operations":["*"],"approval":{"roles":["tenant_admin"]}}],
             "destinations":{"allow":["*"]},"data_classes":["internal"]}}\
            """, "If-Match", "\"1\"")
                .expect(200);
        String waits = desk.act(acme, "wr_1", "ticket.update", record + "-2").at("/action_id");
        keepFor(acme, 1);

        forgetAt(Instant.now().plus(Duration.ofDays(9)));

        Answer view = acme.agent().get("/v1/actions/" + waits).expect(200);
        assertThat(view.at("/state")).isEqualTo("approval_required");
        assertThat(view.at("/target/record_id")).isEqualTo(record + "-2");
        acme.agent().post("/v1/actions/" + waits + ":cancel", "").expect(200);
        forgetAt(Instant.now().plus(Duration.ofDays(9)));
        assertThat(acme.agent().get("/v1/actions/" + waits).at("/contents")).isEqualTo("destroyed");
    }

    @Test
    void an_erased_tenant_cannot_be_read_or_used_and_its_certificate_and_journal_are_verified_offline()
            throws Exception {
        String secret = Canaries.plant("erased");
        acme.admin().post("/v1/secrets", """
            {"secret_id":"zd","system":"zendesk","mode":"mutate","value":{"type":"api_key","value":"%s"}}\
            """.formatted(secret)).expect(201);
        Customer globex = desk.customer();
        String others = desk.act(globex, "wr_1", "ticket.update", record).at("/action_id");
        Path before = checkpoint(acme);
        String erase = "/v1/tenants/" + acme.tenant() + ":erase";
        String asked = "{\"reason\":\"contract ended\",\"confirm\":\"%s\"}".formatted(acme.tenant());

        assertThat(given.operator().post(erase, asked).expect(409).at("/code")).isEqualTo("tenant_not_killed");
        acme.admin().post(erase, asked).expect(403);
        given.operator().post("/v1/containment?tenant=" + acme.tenant(), """
                    {"scope":"tenant","posture":"killed","reason":"contract ended"}\
                    """).expect(200);
        assertThat(given.operator()
                        .post(erase, "{\"reason\":\"contract ended\",\"confirm\":\"tenant_x\"}")
                        .expect(400)
                        .at("/errors/0/pointer"))
                .isEqualTo("/confirm");
        assertThat(acme.auditor()
                        .get("/v1/tenants/" + acme.tenant() + "/erasure")
                        .expect(404)
                        .status())
                .isEqualTo(404);
        Answer certificate = given.operator().post(erase, asked).expect(200);

        assertThat(certificate.at("/certificate/content_keys")).isEqualTo("1");
        assertThat(certificate.at("/certificate/reason")).isEqualTo("contract ended");
        assertThat(receipt(certificate.body())).startsWith("WHOLE: " + acme.tenant() + " was erased at ");
        assertThat(receipt(certificate.body().replace("contract ended", "they asked")))
                .startsWith("FORGED: ");
        assertThat(given.operator()
                        .get("/v1/tenants/" + acme.tenant() + "/erasure")
                        .expect(200)
                        .body())
                .isEqualTo(certificate.body());
        Answer view = given.operator()
                .get("/v1/actions/" + action + "?tenant=" + acme.tenant())
                .expect(200);
        assertThat(view.at("/contents")).isEqualTo("destroyed");
        assertThat(view.body()).doesNotContain(record);
        assertThat(journal(acme)).contains("tenant_erased").doesNotContain(record);
        assertThat(verified(acme, bundle(acme), before)).startsWith("Whole: ");
        assertThat(tablesWith(acme, record)).isEmpty();
        assertThat(rows("secrets.data_key", acme)).isZero();
        assertThat(rows("secrets.sealed_value", acme)).isZero();

        assertThat(given.operator()
                        .post("/v1/containment?tenant=" + acme.tenant(), """
                            {"scope":"tenant","posture":"normal","reason":"back again"}\
                            """)
                        .expect(409)
                        .at("/code"))
                .isEqualTo("tenant_erased");
        assertThat(acme.admin().post("/v1/secrets", "{}").expect(409).at("/code"))
                .isEqualTo("tenant_erased");
        assertThat(given.operator().post(erase, asked).expect(409).at("/code")).isEqualTo("tenant_erased");
        assertThat(globex.agent().get("/v1/actions/" + others).at("/target/record_id"))
                .isEqualTo(record);
        assertThat(desk.act(globex, "wr_2", "ticket.update", record).at("/state"))
                .isEqualTo("succeeded");
    }

    private void keepFor(Customer customer, int days) {
        customer.admin()
                .put(LAYER, "{\"document\":{\"records\":{\"payload_days\":%d}}}".formatted(days))
                .expect(201);
        until(() -> new JdbcTemplate(everyTenant)
                .queryForList("select tenant_id from execution.retention where payload_days is not null", String.class)
                .contains(customer.tenant()));
    }

    private void forgetAt(Instant now) {
        new OldContents(everyTenant, contents, settings, Clock.fixed(now, ZoneOffset.UTC)).forget();
    }

    private static String journal(Customer customer) {
        return customer.auditor().get("/v1/journal?limit=200").expect(200).body();
    }

    private static String bundle(Customer customer) {
        return customer.auditor()
                .get("/v1/journal:export?proofs=true")
                .expect(200)
                .body();
    }

    private Path checkpoint(Customer customer) throws IOException {
        return Files.writeString(
                directory.resolve("checkpoint"),
                customer.auditor().get("/v1/journal/checkpoint").expect(200).body());
    }

    private String verified(Customer customer, String bundle, @Nullable Path known) throws IOException {
        String key =
                customer.auditor().get("/v1/journal/verifier-key").expect(200).body();
        Path file = Files.writeString(directory.resolve("bundle.ndjson"), bundle);
        List<String> arguments = new ArrayList<>(List.of(file.toString(), "--key", key));
        if (known != null) {
            arguments.addAll(List.of("--known", known.toString()));
        }
        var out = new ByteArrayOutputStream();
        int unused = OfflineVerification.run(
                arguments.toArray(String[]::new), new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    private String receipt(String answer) throws IOException {
        Path key = Files.writeString(
                directory.resolve("key.pem"),
                given.operator().get("/v1/containment/receipt-key").expect(200).at("/public_key"));
        Path file = Files.writeString(directory.resolve("certificate.json"), answer);
        var out = new ByteArrayOutputStream();
        int unused = ReceiptVerification.run(
                new String[] {file.toString(), "--key", key.toString()},
                new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    private long rows(String table, Customer customer) {
        Long rows = owner.queryForObject(
                "select count(*) from %s where tenant_id = ?".formatted(table), Long.class, customer.tenant());
        return rows == null ? -1 : rows;
    }

    /** Every table in which a row of this tenant has the word, as text or as bytes. */
    private List<String> tablesWith(Customer customer, String word) {
        String bytes = HexFormat.of().formatHex(word.getBytes(StandardCharsets.UTF_8));
        List<String> tables = owner.query(
                "select table_schema || '.' || table_name from information_schema.columns"
                        + " where column_name = 'tenant_id' and table_schema <> 'analytics'",
                (row, number) -> row.getString(1));
        return tables.stream()
                .filter(table -> !owner.queryForList(
                                "select 1 from %s t where t.tenant_id = ? and (t::text like ? or t::text like ?)"
                                        .formatted(table),
                                customer.tenant(),
                                "%" + word + "%",
                                "%" + bytes + "%")
                        .isEmpty())
                .toList();
    }

    private static void until(BooleanSupplier holds) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
