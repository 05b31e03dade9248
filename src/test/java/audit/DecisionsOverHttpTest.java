package audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;
import platform.TicketDesk;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What analysts get over HTTP: decisions and use, counted, filtered and written out. */
@PlatformTest
class DecisionsOverHttpTest {

    @Autowired
    private Given given;

    private TicketDesk desk;
    private Given.Customer acme;

    @BeforeEach
    void aCustomerThatDidSomething() throws IOException {
        desk = TicketDesk.start(given);
        acme = desk.customer();
        for (int i = 0; i < 6; i++) {
            desk.act(acme, "wr_" + i % 2, "ticket.update", "zd_" + i);
        }
        for (int i = 0; i < 3; i++) {
            desk.act(acme, "wr_0", "ticket.delete", "zd_" + i);
        }
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void decisions_are_counted_by_what_they_have_in_common() {
        JsonNode counts = acme.analyst()
                .get("/v1/decisions?by=state,rule")
                .expect(200)
                .json()
                .path("counts");

        assertThat(counts).hasSize(2);
        assertThat(counts.get(0).path("state").asString()).isEqualTo("denied");
        assertThat(counts.get(0).path("rule").asString()).isEqualTo("no_delete");
        assertThat(counts.get(0).path("decisions").asInt()).isEqualTo(3);
        assertThat(counts.get(1).path("state").asString()).isEqualTo("queued");
        assertThat(counts.get(1).path("decisions").asInt()).isEqualTo(6);
        for (String by : List.of("agent", "run", "operation", "system", "day", "layer", "policy_version", "limit")) {
            JsonNode all = acme.analyst()
                    .get("/v1/decisions?by=" + by)
                    .expect(200)
                    .json()
                    .path("counts");
            assertThat(all.valueStream()
                            .mapToInt(count -> count.path("decisions").asInt())
                            .sum())
                    .as(by)
                    .isEqualTo(9);
        }
    }

    @Test
    void decisions_are_filtered_and_paged() {
        List<String> found = new ArrayList<>();
        String cursor = "";
        do {
            Answer page = acme.analyst()
                    .get("/v1/decisions?run=wr_0&state=denied&limit=2" + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
                    .expect(200);
            page.json()
                    .path("items")
                    .forEach(item -> found.add(item.path("action_id").asString()));
            cursor = page.at("/next_cursor");
        } while (!cursor.isEmpty());

        assertThat(found).hasSize(3).doesNotHaveDuplicates();
        assertThat(acme.analyst()
                        .get("/v1/decisions?until=2001-01-01T00:00:00Z")
                        .expect(200)
                        .json()
                        .path("items"))
                .isEmpty();
        assertThat(acme.analyst()
                        .get("/v1/decisions?rule=tickets&operation=zendesk/ticket.update&agent=" + Given.AGENT)
                        .expect(200)
                        .json()
                        .path("items"))
                .hasSize(6);
    }

    @Test
    void lines_and_values_say_the_same() {
        List<String> csv = lines("/v1/decisions", "text/csv");
        List<JsonNode> json = lines("/v1/decisions", "application/x-ndjson").stream()
                .map(JsonMapper.shared()::readTree)
                .toList();

        assertThat(csv.getFirst()).startsWith("sequence,decided_at,action_id,run_id,agent_id,state,operation,");
        assertThat(csv).hasSize(10);
        assertThat(json).hasSize(9);
        for (int i = 0; i < json.size(); i++) {
            assertThat(csv.get(i + 1))
                    .startsWith(json.get(i).path("sequence").asString() + ","
                            + json.get(i).path("decided_at").asString());
        }
        assertThat(lines("/v1/decisions?by=state", "text/csv"))
                .hasSize(3)
                .first()
                .isEqualTo("state,decisions,first,last");
        assertThat(lines("/v1/decisions?by=state", "application/x-ndjson")).hasSize(2);
    }

    @Test
    void use_is_written_out_and_filtered() {
        List<String> csv = lines("/v1/usage?by=run", "text/csv");

        assertThat(csv)
                .containsExactly(
                        "run,tool_calls,high_risk,tokens,cost_micros,storage_bytes",
                        "wr_0,3,0,0,0,0",
                        "wr_1,3,0,0,0,0");
        assertThat(lines("/v1/usage?by=agent&operation=zendesk/ticket.update", "application/x-ndjson"))
                .hasSize(1)
                .first()
                .asString()
                .contains("\"tool_calls\":6");
        assertThat(lines("/v1/usage?by=agent&operation=zendesk/ticket.delete", "text/csv"))
                .hasSize(1);
        assertThat(lines("/v1/usage?by=agent&agent=nobody", "text/csv")).hasSize(1);
        acme.analyst().send("GET", "/v1/usage", null, "Accept", "text/csv").expect(400);
        assertThat(acme.analyst().get("/v1/usage?by=agent").expect(200).at("/spent/0/tool_calls"))
                .isEqualTo("6");
    }

    @Test
    void what_cannot_be_asked_for_is_named() {
        assertThat(acme.analyst().get("/v1/decisions?by=colour").expect(400).at("/errors/0/pointer"))
                .isEqualTo("/by");
        assertThat(acme.analyst()
                        .get("/v1/decisions?by=agent,run,day,state")
                        .expect(400)
                        .at("/errors/0/rule"))
                .isEqualTo("size");
        assertThat(acme.analyst()
                        .get("/v1/decisions?from=2020-01-01T00:00:00Z&until=2026-01-01T00:00:00Z")
                        .expect(400)
                        .at("/errors/0/pointer"))
                .isEqualTo("/from");
        acme.agent().get("/v1/decisions").expect(403);
        assertThat(given.customer()
                        .analyst()
                        .get("/v1/decisions")
                        .expect(200)
                        .json()
                        .path("items"))
                .isEmpty();
    }

    private List<String> lines(String path, String type) {
        Answer answer = acme.analyst().send("GET", path, null, "Accept", type).expect(200);
        assertThat(answer.header("Content-Type")).startsWith(type);
        return answer.body().lines().toList();
    }
}
