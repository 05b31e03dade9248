package policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Rule;
import tenancy.ActionEnvelope;

/** Policies and envelopes that are made to cost as much as they are let: conditions that loop, compare, search and fail. */
final class HostilePolicies {

    /** What a loop does in each round; {@code a} is the item, and {@code _} a number that makes conditions differ. */
    private static final List<String> BODIES = List.of(
            "a >= 0 && a != -_",
            "a >= 0 || a == _",
            "a + _ >= 0",
            "a in arguments.numbers",
            "arguments.numbers == arguments.same",
            "arguments.nested == arguments.twin",
            "arguments.text == arguments.other",
            "size(arguments.text) > _",
            "size(arguments.short) > _",
            "arguments.text.contains('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')",
            "!arguments.short.contains('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')",
            "!arguments.searched.matches('(a|aa|aaa)*b')",
            "!arguments.short.matches('(a|aa|aaa)*b_')",
            "!arguments.short.matches('^(a?){20}b')",
            "arguments.short.matches('a+')",
            "arguments.searched.matches('(a|aa|aaa)*b') || true",
            "arguments.missing == a || true",
            "true || arguments.missing == a",
            "(arguments.missing == a || true) && (arguments.text > a || true)",
            "int(arguments.short) == a || true",
            "timestamp(arguments.time).getFullYear('Europe/Berlin') > _",
            "timestamp(arguments.time) > timestamp('2020-01-01T00:00:00Z')",
            "duration(arguments.span) > duration('1s')",
            "string(a) != '_'",
            "double(arguments.number) > 1.0",
            "string(bytes(arguments.text)) != '_'",
            "bytes(arguments.text) == bytes(arguments.other)",
            "[a, a, a, a] == [a, a, a, a]",
            "{'k': arguments.nested} == {'k': arguments.twin}",
            "has(arguments.nested) && a != -_",
            "type(a) == int",
            "arguments.text.startsWith(arguments.other)",
            "arguments.text.endsWith(arguments.other)",
            "arguments.text < arguments.other + '' || true",
            "arguments.numbers.all(b, a + b >= 0)",
            "arguments.numbers.exists_one(b, b == a)",
            "arguments.texts.exists(b, b == '_')",
            "a / 0 == 1 || true",
            "arguments.numbers[a % 40] >= 0",
            "arguments['short'] != '_'",
            "arguments.items[0].x >= 0 && a != -_",
            "uint(a) >= 0u",
            "arguments.texts[a] != '_' || true",
            "(a > 1 ? a * 2 : a + _) > -1");

    private static final List<String> LOOPS = List.of(
            "arguments.numbers.all(a, %s)",
            "!arguments.numbers.exists(a, !(%s))",
            "[1, 2, 3, 4, 5, 6, 7, 8].all(a, %s)",
            "arguments.numbers.exists_one(a, %s)",
            "[arguments.numbers].all(z, z.all(a, %s))");

    private static final List<String> SIZES = List.of("40", "480");

    private HostilePolicies() {}

    /** One hostile decision, with all layers. */
    record Case(String name, CompiledPolicy profile, List<CompiledPolicy> layers, ActionEnvelope envelope) {

        Verdict decide() {
            return profile.decide(envelope, layers);
        }
    }

    /** Every loop around every body; each condition as often as a document may hold one, in each layer. */
    static List<String> conditions() {
        return LOOPS.stream()
                .flatMap(loop -> BODIES.stream().map(loop::formatted))
                .filter(HostilePolicies::compiles)
                .toList();
    }

    private static boolean compiles(String condition) {
        try {
            return Language.OF_CONDITIONS.compile(condition.replace('_', '7')) != null;
        } catch (Language.Unusable notThisOne) {
            return false;
        }
    }

    static Case of(String condition, int rules, String size) {
        List<CompiledPolicy> layers = Stream.of(
                        "layer:platform",
                        "layer:posture",
                        "layer:tenant",
                        "layer:workspace:ws_support",
                        "layer:agent_class:support")
                .map(name -> published(name, document(condition, rules, false)))
                .toList();
        return new Case(
                rules + " x " + condition + " over " + size,
                published("p", document(condition, rules, true)),
                layers,
                envelope(Integer.parseInt(size)));
    }

    /** Checked as publishing does, which compiles its conditions. */
    private static CompiledPolicy published(String name, PolicyDocument document) {
        Lint.check(Layer.of(name), document);
        return CompiledPolicy.of(name, 1, document);
    }

    /** Documents that mix conditions at random. */
    static Case mixed(Random random, List<String> conditions) {
        String mixed = IntStream.range(0, 3)
                .mapToObj(i -> conditions.get(random.nextInt(conditions.size())))
                .filter(condition -> condition.length() < 300)
                .map(condition -> "(" + condition + ")")
                .collect(Collectors.joining(" && "));
        return of(
                compiles(mixed) ? mixed : conditions.get(random.nextInt(conditions.size())),
                1 + random.nextInt(40),
                SIZES.get(random.nextInt(SIZES.size())));
    }

    private static PolicyDocument document(String condition, int rules, boolean allows) {
        List<Rule> all = new ArrayList<>();
        for (int i = 0; i < rules; i++) {
            all.add(rule("deny_" + i, "deny", "!(" + condition.replace("_", Integer.toString(100 + i)) + ")"));
        }
        if (allows) {
            all.add(rule("allow", "allow", null));
        }
        return new PolicyDocument(
                all,
                new Destinations(List.of("crm.test"), List.of(), null, null),
                List.of("public", "internal"),
                List.of(),
                null,
                null);
    }

    private static Rule rule(String id, String effect, @org.jspecify.annotations.Nullable String when) {
        return new Rule(id, effect, List.of("*"), null, null, null, null, null, when, null, null, null, null);
    }

    static ActionEnvelope envelope(int size) {
        String numbers = IntStream.range(0, size).mapToObj(Integer::toString).collect(Collectors.joining(","));
        String texts = IntStream.range(0, size).mapToObj(i -> "\"t" + i + "\"").collect(Collectors.joining(","));
        String nested = IntStream.range(0, size / 8)
                .mapToObj(i -> "\"f" + i + "\":{\"g\":[" + i + ",2,{\"h\":\"x\"}]}")
                .collect(Collectors.joining(","));
        String arguments = """
            {"numbers":[%s],"same":[%s],"texts":[%s],"nested":{%s},"twin":{%s},"short":"%s","searched":"%s",
             "text":"%s","other":"%s","time":"2026-11-23T12:00:00Z","span":"3600s","number":"12.5"}\
            """.formatted(
                        numbers,
                        numbers,
                        texts,
                        nested,
                        nested,
                        "a".repeat(60),
                        "a".repeat(1_024),
                        "a".repeat(50 * size),
                        "a".repeat(50 * size));
        return Envelopes.with("crm.update", "crm.test", arguments, null, 0, List.of());
    }
}
