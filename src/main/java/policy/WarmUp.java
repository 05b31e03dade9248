package policy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import policy.PolicyDocument.Rule;
import tenancy.ActionEnvelope;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Effect;
import tenancy.Estimate;
import tenancy.RunId;
import tenancy.Target;
import tenancy.TenantId;
import tenancy.WorkspaceId;

/**
 * Decides on a made-up envelope behind the start, once a process: the first decision of a tenant then finds the
 * interpreter's classes loaded and much of it compiled, instead of some 40 ms of work that has nothing to do with it.
 */
@Component
class WarmUp {

    private static final int ROUNDS = 1_000;
    private static final Duration AT_MOST = Duration.ofSeconds(2);
    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    /** One of each kind of thing that a condition can do. */
    private static final List<String> CONDITIONS = List.of(
            "arguments.numbers.all(a, a >= 0 && a != -7)",
            "arguments.numbers.exists(a, a == 7 || a > 100)",
            "arguments.texts.exists_one(t, t == 'one')",
            "[1, 2, 3, 4].all(a, a in arguments.numbers || a + 2 > 0)",
            "arguments.nested == arguments.twin && has(arguments.nested)",
            "size(arguments.text) > 3 && arguments.text.startsWith('Dear')",
            "arguments.text.contains('customer') && !arguments.text.matches('(a|b)+c')",
            "arguments.texts[0] != 'none' && arguments.items[0].x >= 1",
            "arguments.missing == 1 || arguments.numbers.size() > 1",
            "int(arguments.number) > 1 && double(arguments.number) < 100.0 && string(7) == '7'",
            "timestamp(arguments.time) > timestamp('2020-01-01T00:00:00Z') && duration('60s') < duration('2h')",
            "effect == 'write' && operation in ['mail.send', 'ticket.update'] && tokens < 1000");

    private static final String ARGUMENTS = """
        {"numbers":[1,2,3,4,5,6,7,8],"texts":["one","two","three"],"text":"Dear customer, thank you for your patience.",
         "number":"12","time":"2026-11-23T12:00:00Z","nested":{"f":[1,"x"]},"twin":{"f":[1,"x"]},"items":[{"x":1}]}\
        """;

    static final PolicyDocument DOCUMENT = new PolicyDocument(
            Stream.concat(
                            IntStream.range(0, CONDITIONS.size())
                                    .mapToObj(n -> rule("deny_" + n, "deny", "!(" + CONDITIONS.get(n) + ")")),
                            Stream.of(rule("all", "allow", null)))
                    .toList(),
            new PolicyDocument.Destinations(List.of("*"), List.of(), null, null),
            List.of("internal"),
            List.of(),
            null,
            null);

    static final ActionEnvelope ENVELOPE = new ActionEnvelope(
            new ActionId(TenantId.FLEET, "act_warm_up"),
            new WorkspaceId(TenantId.FLEET, "ws"),
            new AgentId(TenantId.FLEET, "agent"),
            "support",
            "internal",
            new RunId(TenantId.FLEET, "wr"),
            "warm_up",
            "none",
            "mail.send",
            Effect.WRITE,
            new Target("mail", Map.of()),
            "mail.invalid",
            ARGUMENTS,
            List.of("internal"),
            null,
            List.of(),
            new Estimate(100, 12, 0, 0));

    @EventListener(ApplicationReadyEvent.class)
    void begin() {
        if (BEGUN.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("policy-warm-up").start(WarmUp::decide);
        }
    }

    private static Rule rule(String id, String effect, @Nullable String when) {
        return new Rule(id, effect, List.of("*"), null, null, null, null, null, when, null, null, null, null);
    }

    static void decide() {
        long end = System.nanoTime() + AT_MOST.toNanos();
        CompiledPolicy policy = CompiledPolicy.of("warm_up", 1, DOCUMENT);
        List<CompiledPolicy> layers = List.of(CompiledPolicy.of(Layer.OF_TENANT, 1, DOCUMENT));
        for (int round = 0; round < ROUNDS && System.nanoTime() < end; round++) {
            Verdict unused = policy.decide(ENVELOPE, layers);
        }
    }
}
