package quota;

import static org.assertj.core.api.Assertions.assertThat;
import static quota.Envelopes.ACME;
import static quota.Envelopes.GOLD;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import quota.QuotaCommand.ClearOverride;
import quota.QuotaCommand.CountThrottled;
import quota.QuotaCommand.ReadUse;
import quota.QuotaCommand.SetOverride;
import quota.QuotaEvent.BudgetOpened;
import quota.QuotaEvent.BudgetReleased;
import quota.QuotaEvent.BudgetReserved;
import quota.QuotaEvent.BudgetSettled;
import quota.QuotaEvent.OverrideCleared;
import quota.QuotaEvent.OverrideSet;
import quota.QuotaEvent.RequestsThrottled;
import quota.QuotaEvent.RunCounted;
import quota.QuotaEvent.RunUncounted;
import quota.Reservation.BudgetExceeded;
import quota.Reservation.Granted;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.NotFound;
import tenancy.RunId;
import tenancy.TenantTag;

class BudgetTest {

    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final Instant MIDNIGHT = Instant.parse("2026-11-24T00:00:00Z");
    private static final long TODAY = 20_780;
    private static final BudgetId BUDGET = new BudgetId(ACME);
    private static final String CALLS = "tool_calls_per_day";

    private final AggregateTestFixture<Budget> budget = new AggregateTestFixture<>(Budget.class);
    private final LimitsInForce limits = new LimitsInForce();

    /** What Admission does in a tenant's lane. */
    record Reserve(String action, String quotaClass, Instant now) {}

    record Settle(String action) {}

    record Release(String action) {}

    record OpenRun(String run) {}

    record CloseRun(String run) {}

    /** Stands in for the module that calls the door. */
    record Neighbour(Quotas quotas) {

        @CommandHandler
        Reservation on(Reserve reserve) {
            return quotas.reserve(Envelopes.of(reserve.action(), reserve.quotaClass()), reserve.now());
        }

        @CommandHandler
        void on(Settle settle) {
            quotas.settle(new ActionId(ACME, settle.action()), null, NOW);
        }

        @CommandHandler
        void on(Release release) {
            quotas.release(new ActionId(ACME, release.action()), NOW);
        }

        @CommandHandler
        Optional<Cause> on(OpenRun open) {
            return quotas.openRun(new RunId(ACME, open.run()), GOLD, NOW);
        }

        @CommandHandler
        void on(CloseRun close) {
            quotas.closeRun(new RunId(ACME, close.run()), NOW);
        }
    }

    @BeforeEach
    void two_calls_and_one_run() {
        limits.defined(new DefinedClass(GOLD, Envelopes.limits(1, 2), 1));
        limits.defined(new DefinedClass("nothing", Envelopes.limits(0, 0), 1));
        var budgets = new Budgets(budget.getRepository());
        var quotas =
                new StoredQuotas(budgets, limits, new ReservationTimers(new SimpleMeterRegistry(), new TenantTag()));
        budget.registerAnnotatedCommandHandler(new Neighbour(quotas));
        budget.registerAnnotatedCommandHandler(new Allotment(noClasses(), budgets, limits));
    }

    @Test
    void opens_with_the_first_reservation() {
        budget.givenNoPriorActivity()
                .when(new Reserve("a", GOLD, NOW))
                .expectEvents(new BudgetOpened(TODAY), new BudgetReserved("a", CALLS, 1, TODAY, 1, 2))
                .expectResultMessagePayload(
                        new Granted(List.of(new Reservation.Draw(CALLS, "tenant", 1, 1, 2, Use.resets(TODAY)))));
    }

    @Test
    void is_fully_usable_and_then_says_how_much_until_when() {
        budget.given(
                        new BudgetOpened(TODAY),
                        new BudgetReserved("a", CALLS, 1, TODAY, 1, 2),
                        new BudgetSettled("a", CALLS, 1, TODAY),
                        new BudgetReserved("b", CALLS, 1, TODAY, 2, 2))
                .when(new Reserve("c", GOLD, NOW))
                .expectNoEvents()
                .expectResultMessagePayload(
                        new BudgetExceeded(Cause.limit(Cause.Owner.TENANT, "budget", CALLS, 2, 2, MIDNIGHT)));
    }

    @Test
    void charges_an_action_once() {
        budget.given(new BudgetOpened(TODAY), new BudgetReserved("a", CALLS, 1, TODAY, 1, 2))
                .when(new Reserve("a", GOLD, NOW))
                .expectNoEvents()
                .expectResultMessagePayload(
                        new Granted(List.of(new Reservation.Draw(CALLS, "tenant", 1, 1, 2, Use.resets(TODAY)))));
    }

    @Test
    void is_not_opened_by_a_refusal() {
        budget.givenNoPriorActivity()
                .when(new Reserve("a", "nothing", NOW))
                .expectNoEvents()
                .expectResultMessagePayload(
                        new BudgetExceeded(Cause.limit(Cause.Owner.TENANT, "budget", CALLS, 0, 0, MIDNIGHT)));
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
        budget.given(new BudgetOpened(TODAY), new BudgetReserved("a", CALLS, 1, TODAY, 1, 2))
                .when(new Settle("a"))
                .expectEvents(new BudgetSettled("a", CALLS, 1, TODAY));
    }

    @Test
    void settles_nothing_that_is_not_reserved() {
        budget.given(
                        new BudgetOpened(TODAY),
                        new BudgetReserved("a", CALLS, 1, TODAY, 1, 2),
                        new BudgetSettled("a", CALLS, 1, TODAY))
                .when(new Settle("a"))
                .expectNoEvents();
    }

    @Test
    void what_is_released_can_be_used_again() {
        budget.given(
                        new BudgetOpened(TODAY),
                        new BudgetReserved("a", CALLS, 1, TODAY, 1, 2),
                        new BudgetReserved("b", CALLS, 1, TODAY, 2, 2),
                        new BudgetReleased("a", CALLS, 1, TODAY))
                .when(new Reserve("c", GOLD, NOW))
                .expectEvents(new BudgetReserved("c", CALLS, 1, TODAY, 2, 2));
    }

    @Test
    void starts_anew_with_the_next_day() {
        budget.given(new BudgetOpened(TODAY), new BudgetReserved("a", CALLS, 2, TODAY, 2, 2))
                .when(new Reserve("b", GOLD, MIDNIGHT))
                .expectEvents(new BudgetReserved("b", CALLS, 1, TODAY + 1, 1, 2));
    }

    @Test
    void a_clock_that_runs_backwards_refills_nothing() {
        budget.given(new BudgetOpened(TODAY), new BudgetReserved("a", CALLS, 2, TODAY + 1, 2, 2))
                .when(new Reserve("b", GOLD, NOW))
                .expectNoEvents()
                .expectResultMessagePayload(new BudgetExceeded(
                        Cause.limit(Cause.Owner.TENANT, "budget", CALLS, 2, 2, Instant.parse("2026-11-25T00:00:00Z"))));
    }

    @Test
    void what_is_settled_later_was_spent_in_the_window_it_was_reserved_in() {
        budget.given(
                        new BudgetOpened(TODAY),
                        new BudgetReserved("a", CALLS, 2, TODAY, 2, 2),
                        new BudgetReserved("b", CALLS, 1, TODAY + 1, 1, 2),
                        new BudgetSettled("a", CALLS, 2, TODAY))
                .when(new ReadUse(BUDGET, MIDNIGHT))
                .expectResultMessagePayload(new Use(TODAY + 1, 0, 1, 0, Overrides.NONE));
    }

    @Test
    void counts_runs_up_to_their_limit() {
        budget.givenNoPriorActivity()
                .when(new OpenRun("r1"))
                .expectEvents(new BudgetOpened(TODAY), new RunCounted("r1", 1, 1))
                .expectResultMessagePayload(Optional.empty());
    }

    @Test
    void throttles_a_run_beyond_the_limit() {
        budget.given(new BudgetOpened(TODAY), new RunCounted("r1", 1, 1))
                .when(new OpenRun("r2"))
                .expectNoEvents()
                .expectResultMessagePayload(
                        Optional.of(Cause.limit(Cause.Owner.TENANT, "concurrency", "concurrent_runs", 1, 1, null)));
    }

    @Test
    void a_run_that_ended_makes_room() {
        budget.given(new BudgetOpened(TODAY), new RunCounted("r1", 1, 1))
                .when(new CloseRun("r1"))
                .expectEvents(new RunUncounted("r1", 0));
    }

    @Test
    void the_operator_may_raise_a_limit_and_it_counts_at_once() {
        budget.given(
                        new BudgetOpened(TODAY),
                        new BudgetReserved("a", CALLS, 2, TODAY, 2, 2),
                        new OverrideSet(CALLS, 3, Layer.OPERATOR, 1))
                .when(new Reserve("b", GOLD, NOW))
                .expectEvents(new BudgetReserved("b", CALLS, 1, TODAY, 3, 3));
    }

    @Test
    void the_tenant_may_lower_its_limit() {
        budget.givenNoPriorActivity()
                .when(set(1, Layer.TENANT))
                .expectEvents(new BudgetOpened(TODAY), new OverrideSet(CALLS, 1, Layer.TENANT, 1));
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
        budget.given(new BudgetOpened(TODAY), new OverrideSet(CALLS, 1, Layer.OPERATOR, 1))
                .when(set(2, Layer.TENANT))
                .expectNoEvents()
                .expectException(LimitRaised.class);
    }

    @Test
    void the_tenant_clears_only_its_own() {
        budget.given(new BudgetOpened(TODAY), new OverrideSet(CALLS, 1, Layer.OPERATOR, 1))
                .when(new ClearOverride(BUDGET, Limit.TOOL_CALLS_PER_DAY, Layer.TENANT, NOW))
                .expectNoEvents()
                .expectException(NotFound.class);
    }

    @Test
    void a_cleared_override_is_out_of_force_everywhere() {
        limits.overridden(ACME, Layer.OPERATOR, CALLS, 1, 1);
        budget.given(new BudgetOpened(TODAY), new OverrideSet(CALLS, 1, Layer.OPERATOR, 1))
                .when(new ClearOverride(BUDGET, Limit.TOOL_CALLS_PER_DAY, Layer.OPERATOR, NOW))
                .expectEvents(new OverrideCleared(CALLS, Layer.OPERATOR, 2));
        assertThat(limits.limits(ACME, GOLD).toolCallsPerDay()).isEqualTo(2);
    }

    @Test
    void writes_down_what_the_rate_gate_refused() {
        budget.givenNoPriorActivity()
                .when(new CountThrottled(BUDGET, NOW, NOW.plusSeconds(10), 4_711, 50))
                .expectEvents(new BudgetOpened(TODAY), new RequestsThrottled(NOW, NOW.plusSeconds(10), 4_711, 50));
    }

    private static SetOverride set(long value, Layer layer) {
        return new SetOverride(BUDGET, Limit.TOOL_CALLS_PER_DAY, value, layer, GOLD, NOW);
    }

    private static org.axonframework.modelling.command.Repository<QuotaClass> noClasses() {
        return new AggregateTestFixture<>(QuotaClass.class).getRepository();
    }
}
