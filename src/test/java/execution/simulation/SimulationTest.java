package execution.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import execution.ActionEvent.ActionCancelled;
import execution.ActionEvent.ActionHeld;
import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.ActionRefused;
import execution.ActionEvent.ChecksRequired;
import execution.ActionEvent.Hold;
import execution.ActionEvent.Need;
import execution.ActionEvent.Question;
import execution.ActionEvent.Requested;
import execution.ActionEvent.Reserved;
import execution.ActionEvent.Ruling;
import execution.ActionState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.axonframework.messaging.MetaData;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import policy.Layer;
import policy.Verdict;
import policy.Verdict.Allowed;
import policy.Verdict.Approval;
import policy.Verdict.Denied;
import policy.Verdict.NeedsApproval;
import policy.Verdict.Reason;
import tenancy.ActionEnvelope;
import tenancy.AgentId;
import tenancy.Cause;
import tenancy.Effect;
import tenancy.Estimate;
import tenancy.PastEvents;
import tenancy.RunId;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.WorkspaceId;

class SimulationTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final Instant THEN = Instant.parse("2026-11-20T10:00:00Z");
    private static final Ruling RULING = new Ruling(1, List.of());

    /** A past that is held in memory, and remembers how much of it was asked for at a time. */
    private static class Remembered implements PastEvents {

        private final List<Past> events = new ArrayList<>();
        private int pages;

        @Override
        public long last(TenantId tenant) {
            return events.size();
        }

        @Override
        public List<Past> read(
                TenantId tenant,
                Set<Class<?>> types,
                @Nullable Instant from,
                @Nullable Instant until,
                long after,
                long through,
                int limit) {
            pages++;
            return events.stream()
                    // Each is a second later than the one before.
                    .filter(past ->
                            until == null || THEN.plusSeconds(past.sequence()).isBefore(until))
                    .filter(past -> past.sequence() > after && past.sequence() <= through)
                    .filter(past -> types.contains(past.event().getClass()))
                    .limit(limit)
                    .toList();
        }

        void add(Object event, String agent, String profile) {
            MetaData context = TenantContext.of(ACME, "key:k", null)
                    .within(
                            new WorkspaceId(ACME, "ws"),
                            new AgentId(ACME, agent),
                            new RunId(ACME, "wr"),
                            profile,
                            "gold")
                    .metaData();
            events.add(new Past(events.size() + 1L, event, context));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void finds_exactly_what_deciding_each_again_by_hand_finds(long seed) {
        var random = new Random(seed);
        var past = new Remembered();
        Map<String, Long> byHand = new HashMap<>();
        long money = 0;
        long calls = 0;
        long decisions = 0;
        for (int i = 0; i < 3_500; i++) {
            String operation = "op." + random.nextInt(6);
            String agent = "agent_" + random.nextInt(4);
            String profile = random.nextInt(5) == 0 ? "another" : "support";
            long price = random.nextInt(1_000);
            Requested requested = requested(operation, price);
            int kind = random.nextInt(6);
            switch (kind) {
                case 4 -> past.add(held("act_" + i, requested), agent, profile);
                case 5 -> {
                    past.add(queued("act_" + i, requested), agent, profile);
                    past.add(checks("act_" + i), agent, profile);
                }
                case 0 -> past.add(queued("act_" + i, requested), agent, profile);
                case 1 -> past.add(refused("act_" + i, ActionState.DENIED, requested), agent, profile);
                case 2 -> past.add(refused("act_" + i, ActionState.BUDGET_EXCEEDED, requested), agent, profile);
                default -> past.add(new ActionCancelled("act_" + i, THEN), agent, profile);
            }
            if (kind != 3 && profile.equals("support")) {
                decisions++;
                String before = switch (kind) {
                    case 1 -> "denied";
                    case 4 -> "needs_approval";
                    case 5 -> "needs_check";
                    default -> "allowed";
                };
                String now = verdict(operation).word();
                if (!before.equals(now)) {
                    byHand.merge(before + ">" + now + " " + agent, 1L, Long::sum);
                    if ((kind == 0 || kind == 5) && now.equals("denied")) {
                        money -= price;
                        calls--;
                    } else if (kind == 1 && now.equals("allowed")) {
                        money += price;
                        calls++;
                    }
                }
            }
        }

        Tally.Result result = simulated(past);

        Map<String, Long> found = new HashMap<>();
        for (Tally.Change change : result.changes()) {
            change.byAgent()
                    .forEach(share ->
                            found.put(change.from() + ">" + change.to() + " " + share.key(), share.decisions()));
            assertThat(change.examples()).hasSize(3).allMatch(id -> id.startsWith("act_"));
            assertThat(change.byOperation().stream()
                            .mapToLong(Tally.Share::decisions)
                            .sum())
                    .isEqualTo(change.decisions());
        }
        assertThat(found).isEqualTo(byHand);
        assertThat(result.changed())
                .isEqualTo(byHand.values().stream().mapToLong(Long::longValue).sum());
        assertThat(result.decisions()).isEqualTo(decisions);
        assertThat(result.spend()).isEqualTo(new Tally.Spend(money, calls));
        assertThat(past.pages).isGreaterThan(1);
    }

    @Test
    void a_quota_that_refused_what_policy_allowed_is_no_change_of_policy() {
        var past = new Remembered();
        past.add(refused("act_1", ActionState.THROTTLED, requested("op.0", 5)), "agent", "support");

        Tally.Result result = simulated(past);

        assertThat(result.decisions()).isEqualTo(1);
        assertThat(result.changed()).isZero();
    }

    @Test
    void what_was_queued_last_on_a_page_is_told_by_the_first_of_the_next() {
        var past = new Remembered();
        for (int i = 1; i < PastEvents.MOST; i++) {
            past.add(queued("act_" + i, requested("op.0", 5)), "agent", "support");
        }
        past.add(queued("act_checked", requested("op.0", 5)), "agent", "support");
        past.add(checks("act_checked"), "agent", "support");

        Tally.Result result = simulated(past);

        assertThat(result.decisions()).isEqualTo(PastEvents.MOST);
        assertThat(result.changes()).singleElement().satisfies(change -> {
            assertThat(change.from()).isEqualTo("needs_check");
            assertThat(change.examples()).containsExactly("act_checked");
        });
    }

    @Test
    void what_was_queued_last_before_the_end_is_told_by_what_came_after() {
        var past = new Remembered();
        past.add(queued("act_1", requested("op.0", 5)), "agent", "support");
        past.add(checks("act_1"), "agent", "support");
        past.add(refused("act_2", ActionState.DENIED, requested("op.0", 5)), "agent", "support");

        Tally.Result result = simulated(past, THEN.plusSeconds(2));

        assertThat(result.decisions()).isEqualTo(1);
        assertThat(result.changes().getFirst().from()).isEqualTo("needs_check");
    }

    @Test
    void checks_of_another_action_say_nothing_of_what_was_queued() {
        var past = new Remembered();
        past.add(queued("act_1", requested("op.0", 5)), "agent", "support");
        past.add(checks("act_2"), "agent", "support");
        past.add(queued("act_3", requested("op.0", 5)), "agent", "support");

        Tally.Result result = simulated(past);

        assertThat(result.decisions()).isEqualTo(2);
        assertThat(result.changed()).isZero();
    }

    @Test
    void what_has_no_end_of_names_is_counted_in_bounded_space() {
        var past = new Remembered();
        for (int i = 0; i < 5_000; i++) {
            past.add(queued("act_" + i, requested("op.1", 1)), "agent_" + i, "support");
        }

        Tally.Change change = simulated(past).changes().getFirst();

        assertThat(change.decisions()).isEqualTo(5_000);
        assertThat(change.byAgent()).hasSize(50);
        assertThat(change.byAgent().getFirst()).isEqualTo(new Tally.Share("(others)", 4_000));
    }

    @Test
    void says_that_it_failed_when_the_past_cannot_be_read() {
        var broken = new Simulation("sim_1", subject(10, null), new Remembered() {
            @Override
            public List<Past> read(
                    TenantId tenant,
                    Set<Class<?>> types,
                    @Nullable Instant from,
                    @Nullable Instant until,
                    long after,
                    long through,
                    int limit) {
                throw new IllegalStateException("away");
            }
        });

        broken.run();

        assertThat(broken.view().state()).isEqualTo(Simulation.State.FAILED);
        assertThat(broken.isOver()).isTrue();
    }

    private static Tally.Result simulated(Remembered past) {
        return simulated(past, null);
    }

    private static Tally.Result simulated(Remembered past, @Nullable Instant until) {
        var simulation = new Simulation("sim_1", subject(past.events.size(), until), past);
        simulation.run();
        Simulation.View view = simulation.view();
        assertThat(view.state()).isEqualTo(Simulation.State.DONE);
        assertThat(view.complete()).isTrue();
        assertThat(view.progress().sequence()).isEqualTo(view.progress().through());
        return Objects.requireNonNull(view.result());
    }

    private static Simulation.Subject subject(long through, @Nullable Instant until) {
        return new Simulation.Subject(
                ACME,
                "support",
                envelope -> verdict(envelope.operation()),
                (ActionEnvelope envelope) -> envelope.policyProfile().equals("support"),
                null,
                until,
                through,
                3);
    }

    /** The draft: two operations as before, two denied, two asked about. */
    private static Verdict verdict(String operation) {
        List<Reason> why = List.of(new Reason("rule_of_" + operation, Layer.PROFILE, 2, "Because."));
        return switch (operation) {
            case "op.1", "op.2" -> new Denied(2, why, "nothing", null);
            case "op.3", "op.4" ->
                new NeedsApproval(
                        2, why, List.of(new Approval("r", List.of("approver"), 1, Duration.ofHours(1))), null);
            default -> new Allowed(2, why, null);
        };
    }

    private static Requested requested(String operation, long price) {
        return new Requested(
                "crm",
                operation,
                Effect.WRITE,
                Map.of(),
                "crm.test",
                "{}",
                List.of(),
                null,
                List.of(),
                new Estimate(10, 0, price, 0),
                "sales",
                "internal",
                1,
                "5c4e");
    }

    private static ActionQueued queued(String action, Requested requested) {
        return new ActionQueued(
                action, requested, RULING, new Reserved("tool_calls_per_day", 1, 10), "shared", 4, "k", "d", THEN);
    }

    private static ActionHeld held(String action, Requested requested) {
        var hold = new Hold(List.of(new Need("r", List.of("approver"), 1, 3600)), "5c4e", THEN.plusSeconds(3600));
        return new ActionHeld(action, requested, RULING, hold, "k", "d", null, THEN);
    }

    private static ChecksRequired checks(String action) {
        return new ChecksRequired(
                action, List.of(new Question("r", "crm", "op.0", Map.of(), Map.of(), "true")), List.of(), THEN);
    }

    private static ActionRefused refused(String action, ActionState state, Requested requested) {
        return new ActionRefused(action, state, requested, RULING, Cause.rule("r", 1, "d"), "none", THEN);
    }
}
