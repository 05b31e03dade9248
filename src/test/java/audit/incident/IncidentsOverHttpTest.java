package audit.incident;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.Given.Customer;
import platform.PlatformTest;
import platform.SandboxServer;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/** An incident's life over HTTP, and who sees what of it. */
@PlatformTest
class IncidentsOverHttpTest {

    private final Given given;
    private final Neighbourhood town;
    private final SandboxServer target = SandboxServer.start(0);

    @Autowired
    IncidentsOverHttpTest(Given given, Supplier<UUID> ids, Clock clock) {
        this.given = given;
        this.town = new Neighbourhood(given, ids, clock);
    }

    @AfterEach
    void close() {
        target.close();
    }

    @Test
    void an_incident_is_opened_told_about_and_closed_and_the_journal_has_it() {
        Customer acme = given.customer();
        Answer opened =
                acme.admin().post("/v1/incidents", """
            {"title":"Tickets are closed by themselves","severity":"critical",
             "scope":{"kind":"agent","key":"support_triage_v4"},"from":"%s","note":"Seen by Maria.\\nTwice."}\
            """.formatted(town.now())).expect(201);
        String incident = opened.at("/incident_id");
        assertThat(opened.header("Location")).isEqualTo("/v1/incidents/" + incident);
        assertThat(opened.at("/state")).isEqualTo("open");
        assertThat(opened.at("/notes/0/note")).isEqualTo("Seen by Maria.\nTwice.");

        acme.admin()
                .post("/v1/incidents/" + incident + "/notes", "{\"note\":\"Stopped it.\"}")
                .expect(200);
        assertThat(acme.auditor().get("/v1/incidents?open=true").expect(200).at("/items/0/incident_id"))
                .isEqualTo(incident);
        Answer closed = acme.admin()
                .post("/v1/incidents/" + incident + ":close", "{\"summary\":\"A rule was missing.\"}")
                .expect(200);

        assertThat(closed.at("/state")).isEqualTo("closed");
        assertThat(closed.at("/summary")).isEqualTo("A rule was missing.");
        assertThat(closed.at("/until")).isEqualTo(closed.at("/closed_at"));
        assertThat(closed.json().at("/notes")).hasSize(2);
        assertThat(acme.auditor()
                        .get("/v1/incidents?open=true")
                        .expect(200)
                        .json()
                        .at("/items"))
                .isEmpty();
        Answer listed = acme.auditor().get("/v1/incidents").expect(200);
        assertThat(listed.at("/items/0/state")).isEqualTo("closed");
        assertThat(listed.at("/items/0/scope/key")).isEqualTo("support_triage_v4");
        for (String event : new String[] {"incident_opened", "incident_noted", "incident_closed"}) {
            assertThat(acme.auditor()
                            .get("/v1/journal?type=" + event)
                            .expect(200)
                            .json()
                            .at("/items"))
                    .hasSize(1);
        }
        assertThat(acme.admin()
                        .post("/v1/incidents/" + incident + "/notes", "{\"note\":\"Too late.\"}")
                        .expect(409)
                        .at("/code"))
                .isEqualTo("incident_closed");
        acme.admin()
                .post("/v1/incidents/" + incident + ":close", "{\"summary\":\"Again.\"}")
                .expect(409);
    }

    @Test
    void lists_are_paged_newest_first() {
        Customer acme = given.customer();
        Instant now = town.now();
        for (int at = 0; at < 3; at++) {
            town.incident(acme, now.minusSeconds(60 - at), now);
        }
        Answer first = acme.auditor().get("/v1/incidents?limit=2").expect(200);
        assertThat(first.json().at("/items")).hasSize(2);
        Answer rest = acme.auditor()
                .get("/v1/incidents?limit=2&cursor=" + first.at("/next_cursor"))
                .expect(200);
        assertThat(rest.json().at("/items")).hasSize(1);
        assertThat(rest.at("/items/0/incident_id"))
                .isLessThan(first.json().at("/items/1/incident_id").asString());
    }

    @Test
    void only_admins_and_operators_open_and_nobody_sees_anothers() {
        Customer acme = given.customer();
        Customer other = given.customer();
        String body = """
            {"title":"t","severity":"low","scope":{"kind":"tenant"},"from":"%s"}\
            """.formatted(town.now());
        acme.auditor().post("/v1/incidents", body).expect(403);
        acme.agent().post("/v1/incidents", body).expect(403);
        acme.analyst().get("/v1/incidents").expect(403);
        String incident = given.operator()
                .post("/v1/incidents?tenant=" + acme.tenant(), body)
                .expect(201)
                .at("/incident_id");

        assertThat(acme.auditor().get("/v1/incidents/" + incident).expect(200).at("/opened_by"))
                .startsWith("key:");
        acme.auditor().get("/v1/incidents/" + incident + "/report").expect(200);
        other.auditor().get("/v1/incidents/" + incident).expect(404);
        other.admin().get("/v1/incidents/" + incident + "/report").expect(404);
        other.admin()
                .post("/v1/incidents/" + incident + "/notes", "{\"note\":\"n\"}")
                .expect(404);
    }

    @Test
    void what_cannot_be_is_refused_by_its_field() {
        Customer acme = given.customer();
        Instant now = town.now();
        refused(acme, "\"\"", "{\"kind\":\"tenant\"}", now, "", "/title");
        refused(acme, "\"t\"", "{\"kind\":\"tenant\",\"key\":\"other\"}", now, "", "/scope/key");
        refused(acme, "\"t\"", "{\"kind\":\"agent\"}", now, "", "/scope/key");
        refused(acme, "\"t\"", "{\"kind\":\"operation\",\"key\":\"zendesk\"}", now, "", "/scope/key");
        refused(acme, "\"t\"", "{\"kind\":\"tenant\"}", now.plusSeconds(60), "", "/from");
        refused(acme, "\"t\"", "{\"kind\":\"tenant\"}", now.minusSeconds(40L * 86_400), "", "/from");
        refused(acme, "\"t\"", "{\"kind\":\"tenant\"}", now, ",\"until\":\"" + now + "\"", "/until");
        refused(acme, "\"t\"", "{\"kind\":\"tenant\"}", now, ",\"note\":\"\\u0007\"", "/note");
    }

    private void refused(Customer customer, String title, String scope, Instant from, String more, String pointer) {
        Answer answer = customer.admin()
                .post("/v1/incidents", """
            {"title":%s,"severity":"low","scope":%s,"from":"%s"%s}\
            """.formatted(title, scope, from, more))
                .expect(400);
        assertThat(answer.at("/errors/0/pointer")).as(answer.body()).isEqualTo(pointer);
    }

    @Test
    void a_report_of_one_run_counts_nothing_of_another() {
        Customer acme = town.customer(target, 16);
        Instant from = town.now();
        for (String run : new String[] {"wr_a", "wr_a", "wr_b"}) {
            acme.agent()
                    .post("/v1/actions?wait=PT20S", town.envelope(acme, run))
                    .expect(200);
        }
        String incident = acme.admin()
                .post("/v1/incidents", """
            {"title":"t","severity":"low","scope":{"kind":"run","key":"wr_a"},"from":"%s"}\
            """.formatted(from))
                .expect(201)
                .at("/incident_id");

        JsonNode report = acme.auditor()
                .get("/v1/incidents/" + incident + "/report")
                .expect(200)
                .json();

        JsonNode tool = Neighbourhood.sentences(report, "tools").getFirst();
        assertThat(tool.at("/figures/decided").asLong()).isEqualTo(2);
        assertThat(tool.at("/figures/succeeded").asLong()).isEqualTo(2);
        assertThat(tool.path("text").asString())
                .isEqualTo("zendesk/ticket.update (write) was asked for 2 times and called 2 times: 2 succeeded.");
        assertThat(Neighbourhood.texts(report, "boundary"))
                .containsExactly("2 calls left for 127.0.0.1 with data of class internal; 2 of them to change something"
                        + " there.");
        assertThat(report.path("through_sequence").asLong())
                .isGreaterThanOrEqualTo(tool.at("/evidence/1/sequence").asLong());
        town.isProved(acme, report);
    }

    @Test
    void the_report_is_markdown_for_who_asks_for_it_and_words_of_tenants_stay_words() {
        Customer acme = town.customer(target, 16);
        Instant from = town.now();
        town.steady(acme, 1);
        String incident = acme.admin()
                .post("/v1/incidents", """
            {"title":"<script>alert(1)</script> [x](http://evil)","severity":"low","scope":{"kind":"tenant"},
             "from":"%s","note":"# not a heading"}\
            """.formatted(from))
                .expect(201)
                .at("/incident_id");

        Answer markdown = acme.auditor()
                .send("GET", "/v1/incidents/" + incident + "/report", null, "Accept", "text/markdown")
                .expect(200);

        assertThat(markdown.header("Content-Type")).startsWith("text/markdown");
        assertThat(markdown.body())
                .startsWith("# \\<script\\>alert(1)\\</script\\> \\[x\\](http\\://evil)\n")
                .contains(
                        "> \\# not a heading", "## Were other tenants affected?", "](/v1/journal/inclusion?sequence=");
    }

    @Test
    void an_operator_who_reads_the_report_is_seen_in_the_tenants_journal() {
        Customer acme = given.customer();
        String incident = town.incident(acme, town.now().minusSeconds(5), town.now());
        town.report(acme, incident);
        assertThat(acme.auditor()
                        .get("/v1/journal?type=tenant_read")
                        .expect(200)
                        .body())
                .contains("/v1/incidents/{incident}/report");
    }
}
