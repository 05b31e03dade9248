package platform;

import static org.assertj.core.api.Assertions.assertThat;

import audit.OfflineVerification;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import platform.Given.Customer;
import platform.TestClient.Answer;

/** An auditor takes the journal home, and finds whatever the platform's own database administrator did to it. */
@PlatformTest
class ProofsOverHttpTest {

    private static final int WORKSPACES = 300;

    private final Given given;
    private final Environment environment;

    @TempDir
    private Path directory;

    @Autowired
    ProofsOverHttpTest(Given given, Environment environment) {
        this.given = given;
        this.environment = environment;
    }

    @Test
    void a_bundle_is_whole_and_agrees_with_what_was_sealed_before() throws Exception {
        Customer customer = busy(3);
        Path earlier = note(customer, "earlier");
        workspaces(customer, 3, WORKSPACES);
        Verified verified = verify(customer, earlier);
        assertThat(verified.code()).as(verified.words()).isZero();
        assertThat(verified.words()).startsWith("Whole: ").contains(" entries of " + customer.tenant());
    }

    @Test
    void an_entry_is_proved_to_be_in_the_checkpoint_and_an_earlier_tree_to_be_its_beginning() {
        Customer customer = busy(5);
        Answer inclusion =
                customer.auditor().get("/v1/journal/inclusion?sequence=3").expect(200);
        assertThat(inclusion.json().path("leaf_index").asLong()).isEqualTo(2);
        String[] note = customer.auditor()
                .get("/v1/journal/checkpoint")
                .expect(200)
                .body()
                .split("\n", -1);
        assertThat(note[0]).isEqualTo("firebreak/" + customer.tenant());
        assertThat(inclusion.at("/root_hash")).isEqualTo(note[2]);
        assertThat(customer.auditor()
                        .get("/v1/journal/consistency?from=3")
                        .expect(200)
                        .at("/root_hash"))
                .isEqualTo(note[2]);
        customer.auditor().get("/v1/journal/inclusion?sequence=3&size=2").expect(400);
        customer.auditor().get("/v1/journal/consistency?from=0").expect(400);
    }

    @Test
    void tiles_are_where_the_format_says() {
        Customer customer = busy(WORKSPACES);
        customer.auditor().get("/v1/journal/checkpoint").expect(200);
        Answer leaves =
                customer.auditor().get("/v1/journal/inclusion?sequence=1").expect(200);
        String first =
                customer.auditor().get("/v1/journal/tile/0/000").expect(200).body();
        assertThat(first).isNotEmpty();
        assertThat(Base64.getDecoder().decode(leaves.at("/leaf_hash"))).hasSize(32);
        customer.auditor().get("/v1/journal/tile/0/001.p/3").expect(200);
        customer.auditor().get("/v1/journal/tile/1/000.p/1").expect(200);
        customer.auditor().get("/v1/journal/tile/0/x001/000").expect(404);
        customer.auditor().get("/v1/journal/tile/0/1").expect(400);
    }

    @Test
    void a_changed_byte_in_the_database_is_found() throws Exception {
        Customer customer = busy(20);
        customer.auditor().get("/v1/journal/checkpoint").expect(200);
        database(
                customer,
                "update journal.event set payload = overlay(payload placing '!'::bytea from 10)"
                        + " where tenant_id = ? and tenant_seq = 7");
        assertThat(verify(customer, null).words()).startsWith("Broken at entry 7: altered.");
    }

    @Test
    void a_removed_entry_is_found() throws Exception {
        Customer customer = busy(WORKSPACES);
        customer.auditor().get("/v1/journal/checkpoint").expect(200);
        database(customer, "delete from journal.event where tenant_id = ? and tenant_seq = 9");
        assertThat(verify(customer, null).words()).startsWith("Broken at entry 9: missing.");
    }

    @Test
    void swapped_entries_are_found() throws Exception {
        Customer customer = busy(20);
        customer.auditor().get("/v1/journal/checkpoint").expect(200);
        database(customer, "update journal.event set tenant_seq = -5 where tenant_id = ? and tenant_seq = 5");
        database(customer, "update journal.event set tenant_seq = 5 where tenant_id = ? and tenant_seq = 6");
        database(customer, "update journal.event set tenant_seq = 6 where tenant_id = ? and tenant_seq = -5");
        assertThat(verify(customer, null).words()).startsWith("Broken at entry 5: ");
    }

    @Test
    void an_inserted_entry_is_found() throws Exception {
        Customer customer = busy(20);
        customer.auditor().get("/v1/journal/checkpoint").expect(200);
        database(
                customer, "update journal.event set tenant_seq = -tenant_seq where tenant_id = ? and tenant_seq >= 11");
        database(
                customer,
                "update journal.event set tenant_seq = 1 - tenant_seq where tenant_id = ? and tenant_seq < 0");
        database(
                customer,
                "insert into journal.event (tenant_id, tenant_seq, aggregate_identifier, sequence_number, type,"
                        + " event_identifier, time_stamp, payload_type, payload_revision, payload, meta_data)"
                        + " select tenant_id, 11, aggregate_identifier || '-forged', 0, type, event_identifier || '-forged',"
                        + " time_stamp, payload_type, payload_revision, payload, meta_data"
                        + " from journal.event where tenant_id = ? and tenant_seq = 10");
        assertThat(verify(customer, null).words()).startsWith("Broken at entry 11: ");
    }

    @Test
    void a_tail_that_was_cut_off_is_found() throws Exception {
        Customer customer = busy(20);
        Path known = note(customer, "known");
        database(customer, "delete from journal.event where tenant_id = ? and tenant_seq > 12");
        assertThat(verify(customer, known).words()).startsWith("Broken at entry 13: missing.");
    }

    @Test
    void an_older_copy_of_everything_is_found_by_who_kept_a_checkpoint() throws Exception {
        Customer customer = busy(20);
        Path known = note(customer, "known");
        database(customer, "delete from journal.event where tenant_id = ? and tenant_seq > 12");
        database(customer, "delete from audit.tile where tenant_id = ?");
        database(customer, "delete from audit.tree where tenant_id = ?");
        assertThat(verify(customer, known).words()).startsWith("Broken at entry 13: older.");
    }

    @Test
    void proofs_are_of_the_whole_journal() {
        Customer customer = busy(1);
        customer.auditor()
                .get("/v1/journal:export?proofs=true&type=workspace_created")
                .expect(400);
        customer.analyst().get("/v1/journal/checkpoint").expect(403);
    }

    private Customer busy(int workspaces) {
        Customer customer = given.customer();
        workspaces(customer, 0, workspaces);
        return customer;
    }

    private static void workspaces(Customer customer, int from, int until) {
        for (int at = from; at < until; at++) {
            customer.admin()
                    .post("/v1/workspaces", "{\"workspace_id\":\"ws_%d\",\"name\":\"Nr. %d\"}".formatted(at, at))
                    .expect(201);
        }
    }

    private Path note(Customer customer, String name) throws Exception {
        return Files.writeString(
                directory.resolve(name),
                customer.auditor().get("/v1/journal/checkpoint").expect(200).body());
    }

    private record Verified(int code, String words) {}

    private Verified verify(Customer customer, @Nullable Path known) throws Exception {
        String bundle = customer.auditor()
                .get("/v1/journal:export?proofs=true")
                .expect(200)
                .body();
        assertThat(bundle.lines()).doesNotHaveDuplicates();
        String key =
                customer.auditor().get("/v1/journal/verifier-key").expect(200).body();
        Path file = Files.writeString(directory.resolve("bundle.ndjson"), bundle);
        var out = new ByteArrayOutputStream();
        String[] arguments = known == null
                ? new String[] {file.toString(), "--key", key}
                : new String[] {file.toString(), "--key", key, "--known", known.toString()};
        int code = OfflineVerification.run(arguments, new PrintStream(out, true, StandardCharsets.UTF_8));
        return new Verified(code, out.toString(StandardCharsets.UTF_8));
    }

    /** As who owns the database can. */
    private void database(Customer customer, String sql) throws SQLException {
        var owner = new DatabaseOwner(
                environment.getRequiredProperty("spring.datasource.url"),
                environment.getRequiredProperty("spring.datasource.username"),
                environment.getRequiredProperty("spring.datasource.password"));
        try (Connection connection = owner.dataSource().getConnection();
                var statement = connection.prepareStatement(sql)) {
            statement.setString(1, customer.tenant());
            assertThat(statement.executeUpdate()).isPositive();
        }
    }
}
