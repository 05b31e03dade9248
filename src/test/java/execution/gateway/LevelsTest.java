package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import execution.gateway.Exchange.Answered;
import execution.gateway.Judgement.Effected;
import execution.gateway.Levels.Tool;
import execution.gateway.Levels.Transport;
import execution.gateway.Levels.Verified;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.Target;
import tenancy.TenantContext;
import tenancy.TenantId;

class LevelsTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final String WRITE = """
        "method":"POST","path":"/x","effect":"write","argument_schema":{"properties":{"amount":{"type":"number"}}}\
        """;
    private static final String READ = """
        "look":{"method":"GET","path":"/x","effect":"read","argument_schema":{"properties":{"id":{"type":"string"}}}}\
        """;
    private static final String PROBE =
            ",\"probe\":{\"operation\":\"look\",\"expect\":{\"/amount\":\"arguments.amount\",\"/gone\":{\"const\":false}}}";
    private static final Outcome LOST =
            new Outcome.Unknown("connection_lost", Cause.provider("The target went away.", null), 1);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"pointer":"/ok","equals":false}                     | {"ok":false}          | true
        {"pointer":"/ok","equals":false}                     | {"ok":true}           | false
        {"pointer":"/ok","equals":false}                     | {}                    | false
        {"pointer":"/error","present":true}                  | {"error":{"a":1}}     | true
        {"pointer":"/error","present":true}                  | {"error":null}        | false
        {"pointer":"/error","present":true}                  | {}                    | false
        {"pointer":"/result","present":false}                | {}                    | true
        {"pointer":"/result","present":false}                | {"result":7}          | false
        {"pointer":"/isError","equals":true}                 | {"isError":true}      | true
        """)
    void a_tool_says_that_it_failed_where_its_connector_says_so(String error, String answer, boolean failed) {
        Judgement judged = judged(operation(",\"tool_error\":" + error), answer);

        assertThat(judged.tool()).isEqualTo(failed ? Tool.ERROR : Tool.OK);
        assertThat(judged.code()).isEqualTo(failed ? "tool_error" : "succeeded");
        assertThat(judged.effected()).isEqualTo(failed ? Effected.NOT_DONE : Effected.DONE);
        assertThat(judged.health()).isEqualTo(Judgement.Health.GOOD);
    }

    @Test
    void a_tools_error_leaves_a_doubt_where_its_connector_says_so_and_its_words_are_bounded() {
        String error =
                ",\"tool_error\":{\"pointer\":\"/e\",\"present\":true,\"message\":\"/e\",\"effect\":\"unknown\"}";

        Judgement judged = judged(operation(error), "{\"e\":\"a\\u0007b%s\"}".formatted("x".repeat(1_000)));

        assertThat(judged.effected()).isEqualTo(Effected.MAYBE);
        assertThat(judged.message()).startsWith("a bx").hasSize(ToolError.LONGEST_MESSAGE);
    }

    @Test
    void levels_are_told_apart() {
        assertThat(new Outcome.Failed(null, "circuit_open", Cause.provider("x", null), 0)
                        .levels()
                        .transport())
                .isEqualTo(Transport.NOT_SENT);
        assertThat(LOST.levels())
                .isEqualTo(new Levels(Transport.SENT_NO_ANSWER, null, null, null, Verified.NOT_PROBED));
        Judgement unreadable = judged(operation(""), "no json");
        assertThat(unreadable.tool()).isEqualTo(Tool.UNREADABLE);
        assertThat(Levels.of(answer(200, "no json"), unreadable).transport()).isEqualTo(Transport.ANSWERED);
        Exchange refused = answer(400, "{}");
        assertThat(Levels.of(refused, Judgement.of(refused, operation(""), Clock.systemUTC())))
                .isEqualTo(Levels.answered(400, null, null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"amount":5.0,"gone":false} | VERIFIED     | Succeeded
        {"amount":6,"gone":false}   | REFUTED      | Failed
        {"amount":5,"gone":true}    | REFUTED      | Failed
        {"amount":5}                | PROBE_FAILED | Unknown
                                    | PROBE_FAILED | Unknown
        """)
    void a_doubt_ends_as_its_probe_sees_it(@Nullable String answer, Verified seen, String outcome) {
        Outcome checked = checked(PROBE, LOST, answer);

        assertThat(checked.getClass().getSimpleName()).isEqualTo(outcome);
        assertThat(checked.levels().effect()).isEqualTo(seen);
        assertThat(checked.levels().transport())
                .as("what the probe got changes nothing")
                .isEqualTo(Transport.SENT_NO_ANSWER);
    }

    @Test
    void a_success_is_looked_at_where_the_connector_always_wants_that() {
        Outcome done = new Outcome.Succeeded(200, "{}", 1);
        String always = PROBE + ",\"verify\":\"always\"";
        assertThat(checked(PROBE, done, "{}")).isEqualTo(done);
        assertThat(checked(always, done, "{\"amount\":5,\"gone\":false}")
                        .levels()
                        .effect())
                .isEqualTo(Verified.VERIFIED);
        assertThat(checked(always, done, null)).isInstanceOf(Outcome.Succeeded.class);
        assertThat(checked(always, done, "{\"amount\":4,\"gone\":false}"))
                .isInstanceOfSatisfying(
                        Outcome.Unknown.class, doubt -> assertThat(doubt.code()).isEqualTo("effect_missing"));
    }

    @Test
    void promises_that_cannot_be_kept_are_refused() {
        for (String promise : List.of(
                ",\"verify\":\"always\"",
                ",\"probe\":{\"operation\":\"op\",\"expect\":{\"/a\":\"arguments.amount\"}}",
                ",\"probe\":{\"operation\":\"look\",\"expect\":{\"/a\":\"arguments.nothing\"}}",
                ",\"tool_error\":{\"pointer\":\"no pointer\",\"present\":true}",
                ",\"tool_error\":{\"pointer\":\"/a\"}",
                ",\"shown_to_approver\":[\"arguments.nothing\"]")) {
            assertThatThrownBy(() -> operation(promise)).as(promise).isInstanceOf(InvalidConnector.class);
        }
    }

    /** What comes of an outcome when the probe's answer is this; null if it has none. */
    private static Outcome checked(String promises, Outcome outcome, @Nullable String answer) {
        List<String> asked = new ArrayList<>();
        var prober = new Prober((operation, call) -> {
            asked.add(operation.name());
            return answer == null
                    ? new Outcome.Failed(503, "target_unavailable", Cause.provider("x", null), 1)
                    : new Outcome.Succeeded(200, answer, 1);
        });
        Outcome checked = prober.checked(
                operation(promises),
                new ToolGateway.Call(
                        new ActionId(ACME, "act_1"),
                        TenantContext.of(ACME, "key:k_1", null),
                        new Target("zendesk", Map.of()),
                        "{\"amount\":5}",
                        "k"),
                outcome);
        assertThat(asked).isIn(List.of(), List.of("look"));
        return checked;
    }

    private static HttpOperation operation(String promises) {
        return Documents.operation(
                "{\"base_url\":\"https://x.test\",\"operations\":{\"op\":{%s%s},%s}}".formatted(WRITE, promises, READ),
                "op");
    }

    private static Judgement judged(HttpOperation operation, String answer) {
        return Judgement.of(answer(200, answer), operation, Clock.systemUTC());
    }

    private static Answered answer(int status, String body) {
        return new Answered(status, "application/json", null, null, body.getBytes(StandardCharsets.UTF_8));
    }
}
