package quota;

import static org.assertj.core.api.Assertions.assertThat;
import static quota.Envelopes.ACME;
import static quota.Envelopes.GOLD;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import quota.Envelopes.Asked;
import quota.QuotaCommand.ChangeSettings;
import quota.QuotaCommand.ClearOverride;
import quota.QuotaCommand.CountThrottled;
import quota.QuotaCommand.ReadUse;
import quota.QuotaCommand.SetOverride;
import quota.QuotaCommand.SweepReservations;
import quota.QuotaEvent.BudgetOpened;
import quota.QuotaEvent.BudgetReleased;
import quota.QuotaEvent.BudgetReserved;
import quota.QuotaEvent.BudgetSettled;
import quota.QuotaEvent.BudgetThresholdReached;
import quota.QuotaEvent.Drawn;
import quota.QuotaEvent.OverrideCleared;
import quota.QuotaEvent.OverrideSet;
import quota.QuotaEvent.Overdrawn;
import quota.QuotaEvent.RequestsThrottled;
import quota.QuotaEvent.RunCapSet;
import quota.QuotaEvent.RunCounted;
import quota.QuotaEvent.RunHalted;
import quota.QuotaEvent.RunUncounted;
import quota.QuotaEvent.ThresholdsSet;
import quota.QuotaEvent.TimeZoneSet;
import quota.Reservation.BudgetExceeded;
import quota.Reservation.Granted;
import quota.Reservation.Throttled;
import tenancy.NothingContained;
import tenancy.ActionEnvelope;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Agents;
import tenancy.Cause;
import tenancy.Estimate;
import tenancy.NotFound;
import tenancy.RunId;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantTag;
import tenancy.WorkspaceId;

class BudgetTest {

    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final Instant MIDNIGHT = Instant.parse("2026-11-24T00:00:00Z");
    private static final long TODAY = 20_780;
    private static final Amounts ONE_CALL = new Amounts(1, 0, 0, 0, 0);
    private static final BudgetId BUDGET = new BudgetId(ACME);
    private static final Duration LIFETIME = Duration.ofHours(1);
    private static final String CALLS = "tool_calls_per_day";

    private final AggregateTestFixture<Budget> budget = new AggregateTestFixture<>(Budget.class);
    private final LimitsInForce limits = new LimitsInForce();
    private final Set<String> underWay = new HashSet<>();
    private long version;

    /** What Admission does in a tenant's lane. */
    record Reserve(ActionEnvelope envelope, Instant now) {

        Reserve(String action, String quotaClass, Instant now) {
            this(Envelopes.of(action, quotaClass), now);
        }
    }

    record Preview(ActionEnvelope envelope) {}

    record Settle(String action, @Nullable Estimate actual) {

        Settle(String action) {
            this(action, null);
        }
    }

    record Release(String action) {}

    record OpenRun(String run, @Nullable String parent) {

        OpenRun(String run) {
            this(run, null);
        }
    }

    record CapRun(String run, String limit, long value, boolean byOperator) {}

    record CloseRun(String run) {}

    /** Stands in for the module that calls the door. */
    record Neighbour(Quotas quotas) {

        @CommandHandler
        Reservation on(Reserve reserve) {
            return quotas.reserve(reserve.envelope(), reserve.now());
        }

        @CommandHandler
        Reservation on(Preview preview) {
            return quotas.preview(preview.envelope(), NOW);
        }

        @CommandHandler
        void on(Settle settle) {
            quotas.settle(new ActionId(ACME, settle.action()), settle.actual(), NOW);
        }

        @CommandHandler
        void on(Release release) {
            quotas.release(new ActionId(ACME, release.action()), NOW);
        }

        @CommandHandler
        Optional<Cause> on(OpenRun open) {
            return quotas.openRun(new Opening(
                    new RunId(ACME, open.run()),
                    new WorkspaceId(ACME, Envelopes.SUPPORT),
                    new AgentId(ACME, Envelopes.TRIAGE),
                    GOLD,
                    open.parent() == null ? null : new RunId(ACME, open.parent()),
                    NOW));
        }

        @CommandHandler
        boolean on(CapRun cap) {
            var run = new RunId(ACME, cap.run());
            quotas.capRun(run, cap.limit(), cap.value(), cap.byOperator(), GOLD);
            return quotas.isHalted(run, GOLD);
        }

        @CommandHandler
        void on(CloseRun close) {
            quotas.closeRun(new RunId(ACME, close.run()), NOW);
        }
    }

    private final NothingContained contained = new NothingContained();

    @BeforeEach
    void two_calls_and_one_run() {
        define(1, 2, Map.of());
        limits.defined(new DefinedClass("nothing", Envelopes.limits(0, 0), 1));
        var budgets = new Budgets(budget.getRepository());
        var meters = new SimpleMeterRegistry();
        var lifetimes =
                new Lifetimes(new NoLane(), new QuotaSettings(LIFETIME), Clock.fixed(NOW, ZoneOffset.UTC), meters);
        var quotas =
                new StoredQuotas(budgets, limits, lifetimes, new ReservationTimers(meters, new TenantTag()), contained);
        budget.registerAnnotatedCommandHandler(new Neighbour(quotas));
        budget.registerAnnotatedCommandHandler(new Allotment(
                noClasses(),
                budgets,
                limits,
                agent -> registered(agent),
                workspace -> {
                    if (workspace.key().equals("ws_nowhere")) {
                        throw new tenancy.NotFound("workspace", workspace.key());
                    }
                },
                Envelopes.underWay(underWay),
                contained));
    }

    private void define(long runs, long calls, Map<String, Long> counted) {
        limits.defined(new DefinedClass(GOLD, Envelopes.limits(runs, calls, counted), ++version));
    }

    @Test
    void opens_with_the_first_reservation() {
        budget.givenNoPriorActivity()
                .when(new Reserve("a", GOLD, NOW))
                .expectEvents(
                        new BudgetOpened(NOW),
                        reserved("a", 1, 2),
                        new BudgetThresholdReached(CALLS, "tenant", TODAY, 50, 1, 2))
                .expectResultMessagePayload(granted(1, 1, 2));
    }

    @Test
    void is_fully_usable_and_then_says_how_much_until_when() {
        budget.given(new BudgetOpened(NOW), reserved("a", 1, 2), settled("a", ONE_CALL), reserved("b", 2, 2))
                .when(new Reserve("c", GOLD, NOW))
                .expectNoEvents()
                .expectResultMessagePayload(exceeded(CALLS, "tenant", 2, 2, MIDNIGHT));
    }

    @Test
    void charges_an_action_once() {
        budget.given(new BudgetOpened(NOW), reserved("a", 1, 2))
                .when(new Reserve("a", GOLD, NOW))
                .expectNoEvents()
                .expectResultMessagePayload(granted(1, 1, 2));
    }

    @Test
    void is_not_opened_by_a_refusal() {
        budget.givenNoPriorActivity()
                .when(new Reserve("a", "nothing", NOW))
                .expectNoEvents()
                .expectResultMessagePayload(exceeded(CALLS, "tenant", 0, 0, MIDNIGHT));
    }

    @Test
    void refuses_a_class_that_nobody_defined() {
        budget.givenNoPriorActivity()
                .when(new Reserve("a", "enterprise_platinum", NOW))
                .expectNoEvents()
                .expectException(UnknownQuotaClass.class);
    }

    @Test
    void settles_once() {
        budget.given(new BudgetOpened(NOW), reserved("a", 1, 2))
                .when(new Settle("a"))
                .expectEvents(settled("a", ONE_CALL));
    }

    @Test
    void settles_nothing_that_is_not_reserved() {
        budget.given(new BudgetOpened(NOW), reserved("a", 1, 2), settled("a", ONE_CALL))
                .when(new Settle("a"))
                .expectNoEvents();
    }

    @Test
    void what_is_released_can_be_used_again() {
        budget.given(
                        new BudgetOpened(NOW),
                        reserved("a", 1, 2),
                        reserved("b", 2, 2),
                        new BudgetReleased("a", ONE_CALL, BudgetReleased.Reason.RELEASED))
                .when(new Reserve("c", GOLD, NOW))
                .expectEvents(reserved("c", 2, 2), threshold(50, 2, 2), threshold(80, 2, 2), threshold(100, 2, 2));
    }

    @Test
    void starts_anew_with_the_next_day() {
        budget.given(new BudgetOpened(NOW), reserved("a", 1, 2), reserved("b", 2, 2))
                .when(new Reserve("c", GOLD, MIDNIGHT))
                .expectEvents(
                        reserved("c", TODAY + 1, 1, 2, MIDNIGHT),
                        new BudgetThresholdReached(CALLS, "tenant", TODAY + 1, 50, 1, 2));
    }

    @Test
    void a_clock_that_runs_backwards_refills_nothing() {
        budget.given(
                        new BudgetOpened(NOW),
                        reserved("a", TODAY + 1, 1, 2, MIDNIGHT),
                        reserved("b", TODAY + 1, 2, 2, MIDNIGHT))
                .when(new Reserve("c", GOLD, NOW))
                .expectNoEvents()
                .expectResultMessagePayload(exceeded(CALLS, "tenant", 2, 2, Instant.parse("2026-11-25T00:00:00Z")));
    }

    @Test
    void what_is_settled_later_was_spent_in_the_window_it_was_reserved_in() {
        budget.given(
                        new BudgetOpened(NOW),
                        reserved("a", 1, 2),
                        reserved("b", TODAY + 1, 1, 2, MIDNIGHT),
                        settled("a", ONE_CALL))
                .when(new ReadUse(BUDGET, GOLD, MIDNIGHT))
                .expectResultMessagePayload(new Use(
                        0,
                        Overrides.NONE,
                        ZoneId.of("UTC"),
                        Budget.USUAL_THRESHOLDS,
                        List.of(
                                new Use.Line(CALLS, "tenant", 0, 1, 2L, Instant.parse("2026-11-25T00:00:00Z")),
                                new Use.Line("concurrent_runs", "tenant", 0, 0, 1L, null))));
    }

    @Test
    void warns_once_a_window_and_threshold() {
        define(1, 10, Map.of());
        budget.given(new BudgetOpened(NOW), reserved("a", 4, 10))
                .when(new Reserve("b", GOLD, NOW))
                .expectEvents(reserved("b", 2, 10));
        budget.given(
                        new BudgetOpened(NOW),
                        reserved("a", 5, 10),
                        new BudgetThresholdReached(CALLS, "tenant", TODAY, 50, 5, 10))
                .when(new Reserve("b", GOLD, NOW))
                .expectEvents(reserved("b", 2, 10));
    }

    @Test
    void a_rate_is_throttled_and_a_cap_is_exceeded() {
        define(1, 100, Map.of("tokens_per_minute", 100L, "cost_micros_per_month", 50L));
        var reservedBefore = new BudgetReserved(
                "a",
                "wr_1",
                "zendesk/ticket.update",
                new Amounts(1, 0, 90, 45, 0),
                List.of(
                        new Drawn("tokens_per_minute", "tenant", 90, NOW.getEpochSecond(), 90, 100),
                        new Drawn("cost_micros_per_month", "tenant", 45, 2026 * 12 + 10, 45, 50)),
                NOW);
        budget.given(new BudgetOpened(NOW), reservedBefore)
                .when(new Reserve(new Asked("b", GOLD).using(20, 0, 0).envelope(), NOW))
                .expectNoEvents()
                .expectResultMessagePayload(
                        new Throttled(cause("rate", "tokens_per_minute", "tenant", 90, 100, NOW.plusSeconds(61))));
        budget.given(new BudgetOpened(NOW), reservedBefore)
                .when(new Reserve(new Asked("b", GOLD).using(0, 6, 0).envelope(), NOW))
                .expectNoEvents()
                .expectResultMessagePayload(
                        exceeded("cost_micros_per_month", "tenant", 45, 50, Instant.parse("2026-12-01T00:00:00Z")));
    }

    @Test
    void what_could_never_fit_is_no_matter_of_waiting() {
        define(1, 100, Map.of("tokens_per_minute", 100L));
        budget.givenNoPriorActivity()
                .when(new Reserve(new Asked("a", GOLD).using(101, 0, 0).envelope(), NOW))
                .expectNoEvents()
                .expectResultMessagePayload(exceeded("tokens_per_minute", "tenant", 0, 100, null));
    }

    @Test
    void counts_calls_of_one_operation_and_high_risk_apart() {
        define(1, 100, Map.of("tool_calls_per_day:zendesk/ticket.update", 0L, "high_risk_per_day", 0L));
        budget.givenNoPriorActivity()
                .when(new Reserve("a", GOLD, NOW))
                .expectResultMessagePayload(
                        exceeded("tool_calls_per_day:zendesk/ticket.update", "tenant", 0, 0, MIDNIGHT));
        budget.givenNoPriorActivity()
                .when(new Reserve(
                        new Asked("a", GOLD).on("bank", "pay").highRisk().envelope(), NOW))
                .expectResultMessagePayload(exceeded("high_risk_per_day", "tenant", 0, 0, MIDNIGHT));
        budget.givenNoPriorActivity()
                .when(new Reserve(
                        new Asked("a", GOLD).on("zendesk", "ticket.read").envelope(), NOW))
                .expectSuccessfulHandlerExecution();
    }

    @Test
    void an_estimate_that_was_too_low_overdraws_by_its_own_error_and_blocks_what_follows() {
        define(1, 100, Map.of("tokens_per_day", 100L));
        var before = new BudgetReserved(
                "a",
                "wr_1",
                "zendesk/ticket.update",
                new Amounts(1, 0, 90, 0, 0),
                List.of(
                        new Drawn(CALLS, "tenant", 1, TODAY, 1, 100),
                        new Drawn("tokens_per_day", "tenant", 90, TODAY, 90, 100)),
                NOW);
        var dearer = new BudgetSettled(
                "a",
                "wr_1",
                "zendesk/ticket.update",
                new Amounts(1, 0, 130, 0, 0),
                List.of(new Overdrawn("tokens_per_day", "tenant", 30)),
                "2026-11-23");
        budget.given(
                        new BudgetOpened(NOW),
                        before,
                        new BudgetThresholdReached("tokens_per_day", "tenant", TODAY, 100, 100, 100))
                .when(new Settle("a", new Estimate(100, 130, 0, 0)))
                .expectEvents(dearer);
        budget.given(new BudgetOpened(NOW), before, dearer)
                .when(new Reserve(new Asked("b", GOLD).using(1, 0, 0).envelope(), NOW))
                .expectNoEvents()
                .expectResultMessagePayload(exceeded("tokens_per_day", "tenant", 130, 100, MIDNIGHT));
        budget.given(new BudgetOpened(NOW), before, dearer)
                .when(new Reserve("b", GOLD, NOW))
                .expectSuccessfulHandlerExecution();
    }

    @Test
    void a_preview_says_what_reserve_would_and_changes_nothing() {
        budget.givenNoPriorActivity()
                .when(new Preview(Envelopes.of("a", GOLD)))
                .expectNoEvents()
                .expectResultMessagePayload(granted(1, 1, 2));
        budget.given(new BudgetOpened(NOW), reserved("a", 1, 2), reserved("b", 2, 2))
                .when(new Preview(Envelopes.of("c", GOLD)))
                .expectNoEvents()
                .expectResultMessagePayload(exceeded(CALLS, "tenant", 2, 2, MIDNIGHT));
        budget.given(new BudgetOpened(NOW), counted("r1", 1))
                .when(new Preview(Envelopes.of("c", GOLD)))
                .expectNoEvents()
                .expectResultMessagePayload(
                        new Throttled(cause("concurrency", "concurrent_runs", "tenant", 1, 1, null)));
    }

    @Test
    void gives_back_what_nobody_settled_unless_the_action_is_under_way() {
        underWay.add("b");
        budget.given(new BudgetOpened(NOW), reserved("a", 1, 2), reserved("b", 2, 2))
                .when(new SweepReservations(BUDGET, LIFETIME, 0, 10, NOW.plus(LIFETIME)))
                .expectEvents(new BudgetReleased("a", ONE_CALL, BudgetReleased.Reason.EXPIRED))
                .expectResultMessagePayload(
                        new Swept(1, 0, false, NOW.plus(LIFETIME).plus(LIFETIME)));
        budget.given(new BudgetOpened(NOW), reserved("a", 1, 2))
                .when(new SweepReservations(
                        BUDGET, LIFETIME, 0, 10, NOW.plus(LIFETIME).minusSeconds(1)))
                .expectNoEvents();
        budget.given(new BudgetOpened(NOW), reserved("b", 1, 2), reserved("a", 2, 2))
                .when(new SweepReservations(BUDGET, LIFETIME, 0, 1, NOW.plus(LIFETIME)))
                .expectNoEvents()
                .expectResultMessagePayload(
                        new Swept(0, 1, true, NOW.plus(LIFETIME).plus(LIFETIME)));
        budget.given(new BudgetOpened(NOW), reserved("b", 1, 2), reserved("a", 2, 2))
                .when(new SweepReservations(BUDGET, LIFETIME, 1, 1, NOW.plus(LIFETIME)))
                .expectEvents(new BudgetReleased("a", ONE_CALL, BudgetReleased.Reason.EXPIRED));
    }

    @Test
    void counts_runs_up_to_their_limit() {
        budget.givenNoPriorActivity()
                .when(new OpenRun("r1"))
                .expectEvents(new BudgetOpened(NOW), counted("r1", 1))
                .expectResultMessagePayload(Optional.empty());
    }

    @Test
    void throttles_a_run_beyond_the_limit() {
        budget.given(new BudgetOpened(NOW), counted("r1", 1))
                .when(new OpenRun("r2"))
                .expectNoEvents()
                .expectResultMessagePayload(Optional.of(cause("concurrency", "concurrent_runs", "tenant", 1, 1, null)));
    }

    @Test
    void a_run_that_ended_makes_room() {
        budget.given(new BudgetOpened(NOW), counted("r1", 1))
                .when(new CloseRun("r1"))
                .expectEvents(new RunUncounted("r1", 0));
    }

    @Test
    void a_workspace_may_have_fewer_runs_than_its_tenant() {
        define(9, 2, Map.of());
        budget.given(
                        new BudgetOpened(NOW),
                        new OverrideSet("workspace:ws_support", "concurrent_runs", 1, Layer.TENANT, 1),
                        counted("r1", 1))
                .when(new OpenRun("r2"))
                .expectNoEvents()
                .expectResultMessagePayload(
                        Optional.of(cause("concurrency", "concurrent_runs", "workspace:ws_support", 1, 1, null)));
    }

    @Test
    void runs_that_start_runs_come_to_an_end() {
        define(9, 2, Map.of("run_depth", 1L));
        budget.given(new BudgetOpened(NOW), counted("r0", 1))
                .when(new OpenRun("r1", "r0"))
                .expectEvents(new RunCounted("r1", 2, 9, Envelopes.SUPPORT, Envelopes.TRIAGE, "r0", 1, NOW));
        budget.given(
                        new BudgetOpened(NOW),
                        counted("r0", 1),
                        new RunCounted("r1", 2, 9, Envelopes.SUPPORT, Envelopes.TRIAGE, "r0", 1, NOW))
                .when(new OpenRun("r2", "r1"))
                .expectNoEvents()
                .expectResultMessagePayload(Optional.of(cause("budget", "run_depth", "run:r1", 1, 1, null)));
    }

    @Test
    void a_run_halts_at_its_cap_once_and_goes_on_when_the_cap_is_raised() {
        define(9, 100, Map.of("run_actions", 1L));
        var full = List.of(
                new BudgetOpened(NOW),
                counted("wr_1", 1),
                new BudgetReserved(
                        "a",
                        "wr_1",
                        "zendesk/ticket.update",
                        ONE_CALL,
                        List.of(
                                new Drawn(CALLS, "tenant", 1, TODAY, 1, 100),
                                new Drawn("run_actions", "run:wr_1", 1, 0, 1, 1)),
                        NOW));
        var halted = new RunHalted("wr_1", "run_actions", 1, 1);
        var no = exceeded("run_actions", "run:wr_1", 1, 1, null);
        budget.given(full)
                .when(new Reserve("b", GOLD, NOW))
                .expectEvents(halted)
                .expectResultMessagePayload(no);
        budget.given(full)
                .andGiven(halted)
                .when(new Reserve("b", GOLD, NOW))
                .expectNoEvents()
                .expectResultMessagePayload(no);
        budget.given(full)
                .andGiven(halted)
                .when(new CapRun("wr_1", "run_actions", 2, true))
                .expectEvents(new RunCapSet("wr_1", "run_actions", 2, Layer.OPERATOR))
                .expectResultMessagePayload(false);
        budget.given(full)
                .andGiven(halted)
                .when(new CapRun("wr_1", "run_actions", 2, false))
                .expectNoEvents()
                .expectException(LimitRaised.class);
        budget.given(full)
                .andGiven(halted, new RunCapSet("wr_1", "run_actions", 2, Layer.OPERATOR))
                .when(new Reserve("b", GOLD, NOW))
                .expectEvents(
                        new BudgetReserved(
                                "b",
                                "wr_1",
                                "zendesk/ticket.update",
                                ONE_CALL,
                                List.of(
                                        new Drawn(CALLS, "tenant", 1, TODAY, 2, 100),
                                        new Drawn("run_actions", "run:wr_1", 1, 0, 2, 2)),
                                NOW),
                        new BudgetThresholdReached("run_actions", "run:wr_1", 0, 50, 2, 2),
                        new BudgetThresholdReached("run_actions", "run:wr_1", 0, 80, 2, 2),
                        new BudgetThresholdReached("run_actions", "run:wr_1", 0, 100, 2, 2));
    }

    @Test
    void warns_once_a_threshold_of_a_run_and_again_once_its_cap_was_changed() {
        define(9, 100, Map.of("run_actions", 4L));
        var one = new BudgetReserved(
                "a",
                "wr_1",
                "zendesk/ticket.update",
                ONE_CALL,
                List.of(new Drawn(CALLS, "tenant", 1, TODAY, 1, 100), new Drawn("run_actions", "run:wr_1", 1, 0, 1, 4)),
                NOW);
        var two = new BudgetReserved(
                "b",
                "wr_1",
                "zendesk/ticket.update",
                ONE_CALL,
                List.of(new Drawn(CALLS, "tenant", 1, TODAY, 2, 100), new Drawn("run_actions", "run:wr_1", 1, 0, 2, 4)),
                NOW);
        var three = new BudgetReserved(
                "c",
                "wr_1",
                "zendesk/ticket.update",
                ONE_CALL,
                List.of(new Drawn(CALLS, "tenant", 1, TODAY, 3, 100), new Drawn("run_actions", "run:wr_1", 1, 0, 3, 4)),
                NOW);
        var half = new BudgetThresholdReached("run_actions", "run:wr_1", 0, 50, 2, 4);
        budget.given(new BudgetOpened(NOW), counted("wr_1", 1), one)
                .when(new Reserve("b", GOLD, NOW))
                .expectEvents(two, half);
        budget.given(new BudgetOpened(NOW), counted("wr_1", 1), one, two, half)
                .when(new Reserve("c", GOLD, NOW))
                .expectEvents(three);
        budget.given(
                        new BudgetOpened(NOW),
                        counted("wr_1", 1),
                        one,
                        two,
                        half,
                        new RunCapSet("wr_1", "run_actions", 6, Layer.OPERATOR))
                .when(new Reserve("c", GOLD, NOW))
                .expectEvents(
                        new BudgetReserved(
                                "c",
                                "wr_1",
                                "zendesk/ticket.update",
                                ONE_CALL,
                                List.of(
                                        new Drawn(CALLS, "tenant", 1, TODAY, 3, 100),
                                        new Drawn("run_actions", "run:wr_1", 1, 0, 3, 6)),
                                NOW),
                        new BudgetThresholdReached("run_actions", "run:wr_1", 0, 50, 3, 6));
    }

    @Test
    void warns_of_a_runs_time_and_of_what_it_cost_in_the_end() {
        define(9, 100, Map.of("run_seconds", 60L));
        budget.given(new BudgetOpened(NOW), counted("wr_1", 1))
                .when(new Reserve("b", GOLD, NOW.plusSeconds(50)))
                .expectEvents(
                        new BudgetReserved(
                                "b",
                                "wr_1",
                                "zendesk/ticket.update",
                                ONE_CALL,
                                List.of(new Drawn(CALLS, "tenant", 1, TODAY, 1, 100)),
                                NOW.plusSeconds(50)),
                        new BudgetThresholdReached("run_seconds", "run:wr_1", 0, 50, 50, 60),
                        new BudgetThresholdReached("run_seconds", "run:wr_1", 0, 80, 50, 60));
    }

    @Test
    void a_workspace_without_a_name_here_has_no_limit() {
        budget.given(new BudgetOpened(NOW))
                .when(new SetOverride(
                        new BudgetId(ACME),
                        Scope.of(new tenancy.WorkspaceId(ACME, "ws_nowhere")),
                        LimitName.of(CALLS),
                        1,
                        Layer.TENANT,
                        GOLD,
                        NOW))
                .expectNoEvents()
                .expectException(tenancy.NotFound.class);
    }

    @Test
    void a_halted_run_takes_nothing_cheaper_either() {
        define(9, 100, Map.of("run_cost_micros", 10L));
        budget.given(new BudgetOpened(NOW), counted("wr_1", 1), new RunHalted("wr_1", "run_cost_micros", 8, 10))
                .when(new Reserve(new Asked("b", GOLD).using(0, 1, 0).envelope(), NOW))
                .expectNoEvents()
                .expectResultMessagePayload(exceeded("run_cost_micros", "run:wr_1", 0, 10, null));
    }

    @Test
    void a_run_has_its_time() {
        define(9, 100, Map.of("run_seconds", 60L));
        budget.given(new BudgetOpened(NOW), counted("wr_1", 1))
                .when(new Reserve("b", GOLD, NOW.plusSeconds(59)))
                .expectSuccessfulHandlerExecution();
        budget.given(new BudgetOpened(NOW), counted("wr_1", 1))
                .when(new Reserve("b", GOLD, NOW.plusSeconds(60)))
                .expectEvents(new RunHalted("wr_1", "run_seconds", 60, 60))
                .expectResultMessagePayload(exceeded("run_seconds", "run:wr_1", 60, 60, null));
    }

    @Test
    void a_runs_time_stands_still_while_it_is_frozen() {
        define(9, 100, Map.of("run_seconds", 60L));
        contained.still = Duration.ofHours(1);
        budget.given(new BudgetOpened(NOW), counted("wr_1", 1))
                .when(new Reserve("b", GOLD, NOW.plusSeconds(3_600 + 59)))
                .expectSuccessfulHandlerExecution();
        budget.given(new BudgetOpened(NOW), counted("wr_1", 1))
                .when(new Reserve("b", GOLD, NOW.plusSeconds(3_600 + 60)))
                .expectEvents(new RunHalted("wr_1", "run_seconds", 60, 60));
    }

    @Test
    void workspaces_and_agents_may_have_less_than_their_tenant() {
        define(9, 100, Map.of());
        budget.given(
                        new BudgetOpened(NOW),
                        new OverrideSet("workspace:ws_support", CALLS, 5, Layer.TENANT, 1),
                        new OverrideSet("agent:support_triage_v4", CALLS, 0, Layer.OPERATOR, 2))
                .when(new Reserve("a", GOLD, NOW))
                .expectNoEvents()
                .expectResultMessagePayload(exceeded(CALLS, "agent:support_triage_v4", 0, 0, MIDNIGHT));
        budget.given(
                        new BudgetOpened(NOW),
                        new OverrideSet("workspace:ws_support", CALLS, 5, Layer.TENANT, 1),
                        new OverrideSet("agent:support_triage_v4", CALLS, 0, Layer.OPERATOR, 2))
                .when(new Reserve(
                        new Asked("a", GOLD).by(Envelopes.SUPPORT, "another").envelope(), NOW))
                .expectEvents(new BudgetReserved(
                        "a",
                        "wr_1",
                        "zendesk/ticket.update",
                        ONE_CALL,
                        List.of(
                                new Drawn(CALLS, "tenant", 1, TODAY, 1, 100),
                                new Drawn(CALLS, "workspace:ws_support", 1, TODAY, 1, 5)),
                        NOW));
    }

    @Test
    void settings_are_changed_by_events_and_only_if_they_change() {
        budget.givenNoPriorActivity()
                .when(new ChangeSettings(BUDGET, ZoneId.of("Asia/Tokyo"), List.of(90), NOW))
                .expectEvents(
                        new BudgetOpened(NOW),
                        new TimeZoneSet(ZoneId.of("Asia/Tokyo")),
                        new ThresholdsSet(List.of(90)));
        budget.given(new BudgetOpened(NOW))
                .when(new ChangeSettings(BUDGET, ZoneId.of("UTC"), Budget.USUAL_THRESHOLDS, NOW))
                .expectNoEvents();
    }

    @Test
    void the_operator_may_raise_a_limit_and_it_counts_at_once() {
        budget.given(
                        new BudgetOpened(NOW),
                        reserved("a", 1, 2),
                        reserved("c", 2, 2),
                        new OverrideSet("tenant", CALLS, 3, Layer.OPERATOR, 1))
                .when(new Reserve("b", GOLD, NOW))
                .expectEvents(reserved("b", 3, 3), threshold(50, 3, 3), threshold(80, 3, 3), threshold(100, 3, 3));
    }

    @Test
    void the_tenant_may_lower_its_limit() {
        budget.givenNoPriorActivity()
                .when(set(1, Layer.TENANT))
                .expectEvents(new BudgetOpened(NOW), new OverrideSet("tenant", CALLS, 1, Layer.TENANT, 1));
        assertThat(limits.limits(ACME, GOLD).toolCallsPerDay()).isEqualTo(1);
    }

    @Test
    void the_tenant_may_not_raise_its_limit() {
        budget.givenNoPriorActivity()
                .when(set(3, Layer.TENANT))
                .expectNoEvents()
                .expectException(LimitRaised.class);
        assertThat(limits.limits(ACME, GOLD).toolCallsPerDay()).isEqualTo(2);
    }

    @Test
    void the_tenant_may_not_undo_what_the_operator_lowered() {
        budget.given(new BudgetOpened(NOW), new OverrideSet("tenant", CALLS, 1, Layer.OPERATOR, 1))
                .when(set(2, Layer.TENANT))
                .expectNoEvents()
                .expectException(LimitRaised.class);
    }

    @Test
    void the_tenant_clears_only_its_own() {
        budget.given(new BudgetOpened(NOW), new OverrideSet("tenant", CALLS, 1, Layer.OPERATOR, 1))
                .when(clear(Layer.TENANT))
                .expectNoEvents()
                .expectException(NotFound.class);
    }

    @Test
    void a_cleared_override_is_out_of_force_everywhere() {
        limits.overridden(ACME, Layer.OPERATOR, "tenant", CALLS, 1, 1);
        budget.given(new BudgetOpened(NOW), new OverrideSet("tenant", CALLS, 1, Layer.OPERATOR, 1))
                .when(clear(Layer.OPERATOR))
                .expectEvents(new OverrideCleared("tenant", CALLS, Layer.OPERATOR, 2));
        assertThat(limits.limits(ACME, GOLD).toolCallsPerDay()).isEqualTo(2);
    }

    @Test
    void writes_down_what_the_rate_gate_refused() {
        budget.givenNoPriorActivity()
                .when(new CountThrottled(BUDGET, NOW, NOW.plusSeconds(10), 4_711, 50))
                .expectEvents(
                        new BudgetOpened(NOW.plusSeconds(10)),
                        new RequestsThrottled(NOW, NOW.plusSeconds(10), 4_711, 50));
    }

    private static SetOverride set(long value, Layer layer) {
        return new SetOverride(BUDGET, Scope.TENANT, LimitName.of(CALLS), value, layer, GOLD, NOW);
    }

    private static ClearOverride clear(Layer layer) {
        return new ClearOverride(BUDGET, Scope.TENANT, LimitName.of(CALLS), layer, GOLD, NOW);
    }

    private static BudgetReserved reserved(String action, long used, long of) {
        return reserved(action, TODAY, used, of, NOW);
    }

    private static BudgetReserved reserved(String action, long window, long used, long of, Instant at) {
        return new BudgetReserved(
                action,
                "wr_1",
                "zendesk/ticket.update",
                ONE_CALL,
                List.of(new Drawn(CALLS, "tenant", 1, window, used, of)),
                at);
    }

    private static BudgetSettled settled(String action, Amounts spent) {
        return new BudgetSettled(action, "wr_1", "zendesk/ticket.update", spent, List.of(), "2026-11-23");
    }

    private static BudgetThresholdReached threshold(int percent, long used, long of) {
        return new BudgetThresholdReached(CALLS, "tenant", TODAY, percent, used, of);
    }

    private static RunCounted counted(String run, long counted) {
        return new RunCounted(run, counted, 1, Envelopes.SUPPORT, Envelopes.TRIAGE, null, 0, NOW);
    }

    private static Granted granted(long units, long used, long of) {
        return new Granted(List.of(new Reservation.Draw(CALLS, "tenant", units, used, of, MIDNIGHT)));
    }

    private static BudgetExceeded exceeded(String limit, String scope, long used, long of, @Nullable Instant resets) {
        return new BudgetExceeded(cause("budget", limit, scope, used, of, resets));
    }

    private static Cause cause(String kind, String limit, String scope, long used, long of, @Nullable Instant resets) {
        return Cause.limit(Cause.Owner.TENANT, kind, limit, used, of, resets).of(scope);
    }

    private static Agents.Registration registered(AgentId agent) {
        return new Agents.Registration(
                agent, new WorkspaceId(ACME, Envelopes.SUPPORT), "support", "internal", "p", GOLD, true);
    }

    private static org.axonframework.modelling.command.Repository<QuotaClass> noClasses() {
        return new AggregateTestFixture<>(QuotaClass.class).getRepository();
    }

    /** Nothing is swept here but by the command itself. */
    private static final class NoLane implements TenantCommands {

        @Override
        public <R> CompletableFuture<R> send(TenantContext context, Object command) {
            throw new AssertionError();
        }

        @Override
        public <R> R ask(TenantContext context, Object command) {
            throw new AssertionError();
        }
    }
}
