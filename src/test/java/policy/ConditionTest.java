package policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tenancy.ActionEnvelope;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Effect;
import tenancy.Estimate;
import tenancy.RunId;
import tenancy.Target;
import tenancy.TenantId;
import tenancy.WorkspaceId;

class ConditionTest {

    private static final String ARGUMENTS = """
        {"amount":1.5,"big":12345678901234567890,"count":5,"lines":[{"price":3,"sku":"A1"},{"price":40,"sku":"B2"}],\
        "nothing":null,"text":"Dear customer","yes":true}\
        """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "operation == 'crm.update' && effect == 'write' && system == 'crm'",
                "target.record_id == 'r1' && !has(target.other)",
                "arguments.count > 4 && arguments.count < 5.5 && arguments.amount > 1",
                "arguments.count * 2 + 1 == 11",
                "arguments.lines.all(line, line.price < 50)",
                "arguments.lines.exists_one(line, line.sku.startsWith('B'))",
                "arguments.lines[0].sku in ['A1', 'A2'] && size(arguments.lines) == 2",
                "arguments.text.contains('customer') && arguments.text.matches('^Dear [a-z]+$')",
                "arguments.nothing == null && arguments.yes && arguments.big > 9.0e18",
                "has(arguments.count) && !has(arguments.missing)",
                "!has(arguments.missing) || arguments.missing > 3",
                "'pii' in data_classes && destination.endsWith('.test')",
                "recipients.all(domain, domain == 'example.com') && model == 'small-1'",
                "tokens == 700 && price == 2000000",
                "agent == 'a1' && agent_class == 'support' && trust_zone == 'internal'",
                "workspace == 'ws_1' && run == 'wr_1'",
                "timestamp('2026-01-01T00:00:00Z') < timestamp('2026-01-02T00:00:00Z')"
            })
    void reads_all_of_the_envelope(String condition) throws Exception {
        Language.OF_CONDITIONS.compile(condition);

        assertThat(ask(condition, ARGUMENTS)).isEqualTo(Answer.YES);
    }

    @Test
    void an_absent_model_is_null() {
        assertThat(ask("model == null", "{}", null)).isEqualTo(Answer.YES);
    }

    static Stream<List<Object>> untold() {
        return Stream.of(
                List.of("arguments.missing > 3", Answer.MISSING),
                List.of("arguments.lines.all(line, line.cost < 3)", Answer.MISSING),
                List.of("arguments.text > 3", Answer.MISTYPED),
                List.of("arguments.text + arguments.text == ''", Answer.MISTYPED),
                List.of("arguments.lines + arguments.lines == []", Answer.MISTYPED),
                List.of("arguments.lines[7].price == 1", Answer.OUT_OF_RANGE),
                List.of("arguments.count / 0 == 1", Answer.OUT_OF_RANGE),
                List.of("int(arguments.text) == 1", Answer.MALFORMED),
                List.of("arguments.text", Answer.NO_TRUTH));
    }

    @ParameterizedTest
    @MethodSource("untold")
    void what_fails_is_neither_yes_nor_no(List<Object> conditionAndAnswer) {
        assertThat(ask((String) conditionAndAnswer.getFirst(), ARGUMENTS)).isEqualTo(conditionAndAnswer.getLast());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "operation.",
                "nothing == 1",
                "price",
                "'a' + 'b' == 'ab'",
                "[1] + [2] == [1, 2]",
                "arguments.lines.map(line, line.price).size() > 0",
                "arguments.lines.filter(line, true).size() > 0",
                "recipients.all(a, recipients.all(b, recipients.all(c, a == b)))",
                "operation.matches(arguments.pattern)",
                "operation.matches('(')",
                "operation.matches('(((a{1,50}){1,50}){1,50})')",
                "now() > timestamp('2026-01-01T00:00:00Z')",
                "uuid() == ''"
            })
    void what_could_not_be_bounded_is_not_compiled(String condition) {
        assertThatThrownBy(() -> Language.OF_CONDITIONS.compile(condition)).isInstanceOf(Language.Unusable.class);
    }

    static Stream<String> huge() {
        return Stream.of(
                "true || ".repeat(200) + "true",
                "price + ".repeat(110) + "1 == 1",
                "(".repeat(300) + "true" + ")".repeat(300),
                "!".repeat(999),
                "-".repeat(999),
                "[".repeat(999),
                "{".repeat(999),
                "a.".repeat(499),
                "'".repeat(999),
                "a?".repeat(499),
                "x".repeat(1_001),
                "\\u0000\uD800");
    }

    @ParameterizedTest
    @MethodSource("huge")
    void huge_and_deep_expressions_are_refused_at_once(String condition) {
        long start = System.nanoTime();

        assertThatThrownBy(() -> Language.OF_CONDITIONS.compile(condition)).isInstanceOf(Language.Unusable.class);

        assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
    }

    static Stream<String> hostile() {
        return Stream.of(
                "arguments.numbers.all(a, arguments.numbers.all(b, a + b >= 0))",
                "arguments.numbers.all(a, a in arguments.numbers && arguments.numbers == arguments.numbers)",
                "[[arguments.numbers, arguments.numbers]].all(a, [[a, a, a, a]].all(b, [b, b, b] == [b, b, b]))",
                "arguments.numbers.exists(a, arguments.text.contains('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'))",
                "arguments.numbers.all(a, size(arguments.text) > 0 && arguments.text == arguments.text)",
                "arguments.numbers.all(a, double(string(a)) >= 0.0 && timestamp(a) > timestamp(-1))",
                "arguments.numbers.all(a, arguments.short.matches('(a|aa|aaa)*b') || true)",
                "arguments.numbers.exists(a, arguments.missing == a)");
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void hostile_conditions_stop_after_a_bounded_number_of_steps(String condition) throws Exception {
        Language.OF_CONDITIONS.compile(condition);
        String numbers = IntStream.range(0, 400).mapToObj(Integer::toString).collect(Collectors.joining(","));
        String arguments = "{\"numbers\":[%s],\"short\":\"%s\",\"text\":\"%s\"}"
                .formatted(numbers, "a".repeat(2_000), "a".repeat(60_000));
        var facts = new Facts(envelope(arguments, "small-1"));

        Answer answer = facts.ask(new Condition(Language.OF_CONDITIONS, condition));

        assertThat(answer.isTold()).isFalse();
        assertThat(facts.steps()).isLessThanOrEqualTo(4_000);
    }

    static Stream<List<Object>> costs() {
        return Stream.of(
                List.of("arguments.count > 4", 3, 20),
                List.of("arguments.count > 4 && arguments.amount > 1.0 && arguments.text != ''", 8, 40),
                List.of("arguments.lines.all(line, line.price < 50 && line.sku != '')", 20, 90),
                List.of("arguments.missing == 1 || true", 320, 340),
                List.of("true || arguments.missing == 1", 1, 10),
                List.of("(arguments.missing == 1 || true) && (arguments.text > 1 || true)", 640, 680),
                List.of("arguments.lines.all(line, line.missing == 1 || true)", 640, 700),
                List.of("timestamp('2026-01-01T00:00:00Z').getFullYear() == 2026", 80, 100),
                List.of("arguments.text.matches('^Dear [a-z]+$')", 50, 200));
    }

    @ParameterizedTest
    @MethodSource("costs")
    void what_costs_more_takes_more_steps(List<Object> conditionAndBounds) {
        var facts = new Facts(envelope(ARGUMENTS, "small-1"));

        Answer answer = facts.ask(new Condition(Language.OF_CONDITIONS, (String) conditionAndBounds.getFirst()));

        assertThat(answer).isEqualTo(Answer.YES);
        assertThat(facts.steps())
                .isBetween((Integer) conditionAndBounds.get(1), (Integer) conditionAndBounds.getLast());
    }

    @Test
    void searches_that_cannot_be_ended_are_bounded_before_they_begin() {
        String arguments = "{\"text\":\"" + "a".repeat(40_000) + "\",\"some\":\"" + "a".repeat(1_000) + "\"}";

        assertThat(ask("arguments.text.contains('%sb')".formatted("a".repeat(250)), arguments))
                .isEqualTo(Answer.FAILED);
        assertThat(ask("arguments.text.contains('b')", arguments)).isEqualTo(Answer.NO);
        assertThat(ask("arguments.some.matches('(a?){20}b')", arguments)).isEqualTo(Answer.FAILED);
        assertThat(ask("arguments.some.matches('^a+$')", arguments)).isEqualTo(Answer.YES);
    }

    @Test
    void arguments_of_too_many_values_cannot_be_read() {
        assertThat(ask("arguments.n == 1", "{\"n\":1,\"all\":[" + "1,".repeat(9_000) + "1]}"))
                .isEqualTo(Answer.UNREADABLE);
        assertThat(ask("arguments.n == 1", "{\"n\":1,\"all\":[" + "1,".repeat(8_000) + "1]}"))
                .isEqualTo(Answer.YES);
    }

    @Test
    void no_decision_takes_more_steps_than_all_of_its_conditions_may() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        List<String> conditions = HostilePolicies.conditions();
        int most = 0;
        for (int i = 0; i < 60; i++) {
            HostilePolicies.Case hostile = HostilePolicies.mixed(random, conditions);
            var facts = new Facts(hostile.envelope());

            Verdict verdict = hostile.profile().decide(facts, hostile.layers());

            assertThat(facts.steps()).as("seed %d: %s", seed, hostile.name()).isLessThanOrEqualTo(8_000);
            assertThat(verdict.reasons())
                    .as("seed %d: %s", seed, hostile.name())
                    .isNotEmpty();
            most = Math.max(most, facts.steps());
        }
        assertThat(most).as("seed %d", seed).isGreaterThan(7_500);
    }

    @Test
    void arguments_too_large_to_read_cannot_be_told_and_nothing_else_is_lost() {
        String large = "{\"text\":\"" + "a".repeat(300_000) + "\"}";

        assertThat(ask("arguments.text == ''", large)).isEqualTo(Answer.UNREADABLE);
        assertThat(ask("operation == 'crm.update' || arguments.text == ''", large))
                .isEqualTo(Answer.YES);
    }

    @Test
    void all_conditions_of_one_decision_share_its_steps() {
        String numbers = IntStream.range(0, 40).mapToObj(Integer::toString).collect(Collectors.joining(","));
        var facts = new Facts(envelope("{\"numbers\":[" + numbers + "]}", null));

        List<Answer> answers = IntStream.range(0, 100)
                .mapToObj(i -> facts.ask(new Condition(
                        Language.OF_CONDITIONS,
                        "arguments.numbers.all(n, n >= 0 && n != -1 && n != -" + (i + 2) + ")")))
                .toList();

        assertThat(answers.getFirst()).isEqualTo(Answer.YES);
        assertThat(answers.getLast()).isEqualTo(Answer.TOO_MUCH);
    }

    @Test
    void the_same_question_has_the_same_answer_within_a_decision() {
        var facts = new Facts(envelope(ARGUMENTS, null));
        var condition = new Condition(Language.OF_CONDITIONS, "arguments.count == 5");

        assertThat(IntStream.range(0, 100_000)
                        .mapToObj(i -> facts.ask(condition))
                        .distinct())
                .containsExactly(Answer.YES);
    }

    private static Answer ask(String condition, String arguments) {
        return ask(condition, arguments, "small-1");
    }

    private static Answer ask(String condition, String arguments, @org.jspecify.annotations.Nullable String model) {
        return new Facts(envelope(arguments, model)).ask(new Condition(Language.OF_CONDITIONS, condition));
    }

    private static ActionEnvelope envelope(String arguments, @org.jspecify.annotations.Nullable String model) {
        var acme = new TenantId("tenant_acme");
        return new ActionEnvelope(
                new ActionId(acme, "act_1"),
                new WorkspaceId(acme, "ws_1"),
                new AgentId(acme, "a1"),
                "support",
                "internal",
                new RunId(acme, "wr_1"),
                "p",
                "gold",
                "crm.update",
                Effect.WRITE,
                new Target("crm", Map.of("record_id", "r1")),
                "crm.test",
                arguments,
                List.of("pii"),
                model,
                List.of("example.com"),
                new Estimate(100, 700, 2_000_000, 0));
    }
}
