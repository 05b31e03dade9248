package audit;

import static org.assertj.core.api.Assertions.assertThat;

import execution.ActionEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient;
import platform.TestClient.Answer;
import tenancy.PastEvents;
import tenancy.PastEvents.Past;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an auditor gets: everything, in order, whichever way it is asked for. */
@PlatformTest
class JournalOverHttpTest {

    private static final long PATIENCE_SECONDS = 20;
    private static final int MEBIBYTE = 1024 * 1024;
    private static final String END = "the stream has ended";

    @Autowired
    private Given given;

    @Autowired
    private PastEvents past;

    @Autowired
    private Environment environment;

    private Given.Customer acme;
    private int opened;

    @BeforeEach
    void aCustomer() {
        acme = given.customer();
    }

    @Test
    void an_export_holds_every_entry_once_and_in_order() {
        openWorkspaces(5);

        List<JsonNode> entries = acme.auditor()
                .get("/v1/journal:export")
                .expect(200)
                .body()
                .lines()
                .map(JsonMapper.shared()::readTree)
                .toList();

        assertThat(entries)
                .extracting(entry -> entry.path("sequence").asLong())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, entries.size()).boxed().toList());
        assertThat(entries)
                .filteredOn(entry -> entry.path("type").asString().equals("workspace_opened"))
                .hasSize(6);
        assertThat(entries)
                .extracting(entry -> entry.path("context").path("tenant").asString())
                .containsOnly(acme.tenant());
    }

    @Test
    void pages_join_without_a_gap_and_without_an_entry_twice() {
        openWorkspaces(5);
        List<Long> sequences = new ArrayList<>();
        String cursor = "";

        do {
            Answer page = acme.auditor()
                    .get("/v1/journal?limit=3" + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
                    .expect(200);
            page.json()
                    .path("items")
                    .forEach(entry -> sequences.add(entry.path("sequence").asLong()));
            cursor = page.at("/next_cursor");
        } while (!cursor.isEmpty());

        assertThat(sequences)
                .hasSizeGreaterThan(10)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, sequences.size()).boxed().toList());
    }

    /** One may be as large as a request: a thousand of them fit into nobody's memory. */
    @Test
    void large_entries_come_few_at_a_time_and_none_is_left_out() {
        askForLargeThings(0, 12);
        List<Integer> pages = new ArrayList<>();
        List<Long> sequences = new ArrayList<>();
        String cursor = "";

        do {
            Answer page = acme.auditor()
                    .get("/v1/journal?limit=200" + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
                    .expect(200);
            pages.add(page.body().length());
            page.json()
                    .path("items")
                    .forEach(entry -> sequences.add(entry.path("sequence").asLong()));
            cursor = page.at("/next_cursor");
        } while (!cursor.isEmpty());

        assertThat(pages).hasSizeGreaterThan(4).allMatch(length -> length < 3 * MEBIBYTE);
        List<Long> all = LongStream.rangeClosed(1, sequences.size()).boxed().toList();
        assertThat(sequences).containsExactlyElementsOf(all);
        assertThat(acme.auditor().get("/v1/journal:export").expect(200).body().lines())
                .hasSize(all.size());
        List<String> bundle = acme.auditor()
                .get("/v1/journal:export?proofs=true")
                .expect(200)
                .body()
                .lines()
                .toList();
        assertThat(bundle).filteredOn(line -> line.contains("\"aggregate\"")).hasSizeGreaterThanOrEqualTo(all.size());
    }

    @Test
    void slow_readers_keep_their_own_tenant_waiting_and_nobody_else() throws IOException {
        askForLargeThings(0, 10);
        List<Socket> slow = new ArrayList<>();
        try {
            for (int n = 0; n < 4; n++) {
                slow.add(beginsToRead("/v1/journal:export"));
            }

            Answer another = acme.auditor().get("/v1/journal").expect(429);
            assertThat(another.at("/code")).isEqualTo("too_many_reads");
            assertThat(another.at("/cause/limit")).isEqualTo("journal_reads");
            assertThat(another.header("Retry-After")).isEqualTo("1");
            acme.auditor().get("/v1/actions?limit=1").expect(200);
            given.customer().auditor().get("/v1/journal").expect(200);
            given.operator()
                    .get("/v1/runs/wr_1/replay?limit=1&tenant=" + acme.tenant())
                    .expect(200);
        } finally {
            for (Socket reader : slow) {
                reader.close();
            }
        }
        acme.auditor().get("/v1/journal").expect(200);
        acme.auditor().get("/v1/runs/wr_1/replay?limit=1").expect(200);
    }

    /** Takes the first bytes of the answer, and then a little now and then: whoever takes nothing is cut off. */
    private Socket beginsToRead(String path) throws IOException {
        URI platform = acme.auditor().platform();
        var socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.setSoTimeout((int) Duration.ofSeconds(PATIENCE_SECONDS).toMillis());
        socket.connect(new InetSocketAddress(platform.getHost(), platform.getPort()));
        socket.getOutputStream()
                .write("GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"
                        .formatted(path, acme.auditor().credential())
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                .isEqualTo("HTTP/1.1 200");
        Thread.ofVirtual().start(() -> goesOnSlowly(socket));
        return socket;
    }

    private static void goesOnSlowly(Socket socket) {
        try {
            while (socket.getInputStream().readNBytes(16_384).length > 0) {
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    @Test
    void the_past_is_read_the_same_way() {
        askForLargeThings(0, 10);
        fill(5_000);
        askForLargeThings(10, 12);
        var tenant = new TenantId(acme.tenant());
        Set<Class<?>> types = Set.of(ActionEvent.class.getPermittedSubclasses());
        List<Integer> sizes = new ArrayList<>();
        List<Past> all = new ArrayList<>();

        for (List<Past> page = read(tenant, types, 0);
                !page.isEmpty();
                page = read(tenant, types, all.getLast().sequence())) {
            sizes.add(page.size());
            all.addAll(page);
        }

        assertThat(sizes).hasSizeGreaterThan(1);
        assertThat(all).extracting(Past::sequence).hasSize(12).isSorted().doesNotHaveDuplicates();
    }

    private List<Past> read(TenantId tenant, Set<Class<?>> types, long after) {
        return past.read(tenant, types, null, null, after, past.last(tenant), PastEvents.MOST);
    }

    /** So much of other kinds comes between that one statement does not look past it. */
    private void fill(int count) {
        var owner = new JdbcTemplate(new DriverManagerDataSource(
                environment.getRequiredProperty("spring.datasource.url"),
                environment.getRequiredProperty("spring.datasource.username"),
                environment.getRequiredProperty("spring.datasource.password")));
        int filled = owner.update("""
            insert into journal.event (tenant_id, tenant_seq, aggregate_identifier, sequence_number, type,
                event_identifier, time_stamp, payload_type, payload_revision, payload, meta_data)
            select e.tenant_id, max(e.tenant_seq) + n, e.tenant_id || '/filler', n, 'Filler', gen_random_uuid()::text, now(),
                'run_counted', '1', '{}', '{}'
            from journal.event e, generate_series(1, ?) n where e.tenant_id = ? group by e.tenant_id, n\
            """, count, acme.tenant());
        assertThat(filled).isEqualTo(count);
    }

    private void askForLargeThings(int from, int to) {
        given.operator()
                .put("/v1/connectors/zendesk_" + from + "?tenant=" + acme.tenant(), """
                    {"base_url":"https://zendesk.test","operations":{
                       "ticket.update":{"effect":"write","method":"PUT","path":"/tickets/{record_id}",
                         "target_schema":{"type":"object","properties":{"record_id":{"type":"string"}}},
                         "argument_schema":{"type":"object","properties":{"note":{"type":"string"}}},
                         "body":{"note":"arguments.note"}}}}\
                    """)
                .expect(201);
        String envelope = """
            {"tenant_id":"%s","workspace_id":"ws_support","agent_id":"support_triage_v4","workflow_run_id":"wr_1",
             "policy_profile":"regulated_support","quota_class":"enterprise_gold","requested_action":"ticket.update",
             "target":{"system":"zendesk_%d","record_id":"zd_1"},"arguments":{"note":"%s"},"data_classes":["internal"]}\
            """.formatted(acme.tenant(), from, "y".repeat(900_000));
        for (int n = from; n < to; n++) {
            acme.agent()
                    .post("/v1/actions", envelope.replace("zd_1", "zd_" + n))
                    .expect(403);
        }
    }

    @Test
    void entries_are_found_by_type_and_a_filter_that_is_none_is_refused_with_its_name() {
        openWorkspaces(2);

        assertThat(acme.auditor()
                        .get("/v1/journal?type=workspace_opened")
                        .expect(200)
                        .json()
                        .path("items"))
                .hasSize(3);
        assertThat(acme.auditor()
                        .get("/v1/journal?type=Not%20A%20Type")
                        .expect(400)
                        .at("/errors/0/pointer"))
                .isEqualTo("/type");
        assertThat(acme.auditor()
                        .get("/v1/journal?from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z")
                        .expect(400)
                        .at("/errors/0/pointer"))
                .isEqualTo("/until");
    }

    @Test
    void a_tail_tells_what_happens_and_goes_on_where_a_reader_left() throws Exception {
        BlockingQueue<String> first = tail(acme.auditor(), "");
        assertThat(next(first, ": following")).isNotEmpty();
        openWorkspaces(1);
        String seen = next(first, "id: ").substring("id: ".length());
        assertThat(next(first, "event: ")).isEqualTo("event: workspace_opened");

        openWorkspaces(2);
        BlockingQueue<String> again = tail(acme.auditor(), "?after=" + seen);

        assertThat(next(again, "id: ")).isEqualTo("id: " + (Long.parseLong(seen) + 1));
    }

    @Test
    void a_tail_ends_with_the_key_it_was_opened_with() throws Exception {
        Answer issued = acme.admin()
                .post("/v1/keys", "{\"role\":\"auditor\",\"label\":\"leaving\"}")
                .expect(201);
        BlockingQueue<String> lines = tail(new TestClient(acme.auditor().platform(), issued.at("/api_key")), "");
        assertThat(next(lines, ": following")).isNotEmpty();

        acme.admin().delete("/v1/keys/" + issued.at("/key_id")).expect(204);
        openWorkspaces(1);

        // A tail that goes on writes heartbeats for ever: it is given one time for all of its lines.
        List<String> rest = new ArrayList<>();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!rest.contains(END) && System.nanoTime() < end) {
            rest.add(Objects.requireNonNullElse(lines.poll(1, TimeUnit.SECONDS), ""));
        }
        assertThat(rest).contains(END);
        assertThat(rest).doesNotContain("event: workspace_opened");
    }

    private void openWorkspaces(int count) {
        for (int n = 0; n < count; n++) {
            acme.admin()
                    .post("/v1/workspaces", "{\"workspace_id\":\"ws_%d\",\"name\":\"More\"}".formatted(opened++))
                    .expect(201);
        }
    }

    /** Follows the journal; the lines come as they are written, then {@link #END}. */
    private static BlockingQueue<String> tail(TestClient reader, String query) {
        var lines = new LinkedBlockingQueue<String>();
        var request = HttpRequest.newBuilder(URI.create(reader.platform() + "/v1/journal:tail" + query))
                .timeout(Duration.ofSeconds(PATIENCE_SECONDS))
                .header("Authorization", "Bearer " + Objects.requireNonNull(reader.credential()))
                .build();
        CompletableFuture<Void> unused = HttpClient.newHttpClient()
                .sendAsync(request, BodyHandlers.ofLines())
                .thenAccept(answer -> {
                    answer.body().forEach(lines::add);
                    lines.add(END);
                });
        return lines;
    }

    private static String next(BlockingQueue<String> lines, String start) throws InterruptedException {
        String line = line(lines);
        while (!line.startsWith(start)) {
            assertThat(line).isNotEqualTo(END);
            line = line(lines);
        }
        return line;
    }

    private static String line(BlockingQueue<String> lines) throws InterruptedException {
        return Objects.requireNonNull(lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "No line came in time.");
    }
}
