package execution.rollback;

import execution.ActionState;
import execution.Actions;
import execution.Answer;
import execution.Envelope;
import execution.Runs;
import execution.rollback.RollbackCommand.EndRollback;
import execution.rollback.RollbackCommand.EndStep;
import execution.rollback.RollbackCommand.NoteAsked;
import execution.rollback.RollbackCommand.ReadRollback;
import execution.rollback.RollbackView.StepView;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.NotFound;
import tenancy.Refusal;
import tenancy.RunId;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.WorkspaceId;
import tools.jackson.databind.json.JsonMapper;

/**
 * Carries plans out: asks for one action after another, in the plan's order, on behalf of whoever wanted it executed.
 * All it knows is in the journal: whoever goes on after a crash asks under the same keys and gets the same actions.
 */
@Component
class Undoing implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Undoing.class);
    /** Between the web server, which starts no more, and Axon with its lanes. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 2560;

    private static final Duration BETWEEN_SWEEPS = Duration.ofSeconds(5);
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    /** Throttled for longer than this many pauses, a step is given up: about ten minutes. */
    private static final int MOST_TRIES = 60;

    private final TenantCommands commands;
    private final Actions actions;
    private final Runs runs;
    private final JdbcTemplate everyTenant;
    private final JsonMapper json;
    private final Clock clock;
    private final Map<RollbackId, Thread> underWay = new ConcurrentHashMap<>();
    private volatile boolean running;
    private @Nullable Thread sweeper;

    Undoing(
            TenantCommands commands,
            Actions actions,
            Runs runs,
            @Qualifier("systemDataSource") DataSource everyTenant,
            JsonMapper json,
            Clock clock) {
        this.commands = commands;
        this.actions = actions;
        this.runs = runs;
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.json = json;
        this.clock = clock;
    }

    /** Goes on with a plan that was started, unless this node is at it already. */
    void goOn(RollbackId rollback) {
        if (running) {
            underWay.computeIfAbsent(
                    rollback, isNew -> Thread.ofVirtual().name("rollback").start(() -> carryOut(rollback)));
        }
    }

    private void carryOut(RollbackId rollback) {
        try {
            undo(rollback);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            // It is found again by the next sweep, here or on another node.
            if (running) {
                log.warn("Rollback {} cannot go on now", rollback, failed);
            }
        } finally {
            underWay.remove(rollback);
        }
    }

    private void undo(RollbackId rollback) throws InterruptedException {
        TenantId tenant = rollback.tenant();
        RollbackView plan =
                commands.ask(TenantContext.of(tenant, "platform:rollback", null), new ReadRollback(rollback));
        if (plan.startedBy() == null || !plan.state().equals(RollbackView.RUNNING)) {
            return;
        }
        TenantContext context = TenantContext.of(tenant, plan.startedBy(), null);
        Map<String, Step> agents = new LinkedHashMap<>();
        List<Step> failed = new ArrayList<>();
        for (StepView view : plan.steps()) {
            Step step = view.step();
            String outcome = view.outcome() == null ? perform(rollback, context, plan, step, failed) : view.outcome();
            if (step.undo() != null) {
                agents.putIfAbsent(step.agent(), step);
            }
            if (!outcome.equals(ActionState.SUCCEEDED.word())) {
                failed.add(step);
            }
        }
        agents.values().forEach(step -> endRun(rollback, plan, context, step));
        commands.ask(context, new EndRollback(rollback, clock.instant()));
    }

    private String perform(RollbackId rollback, TenantContext context, RollbackView plan, Step step, List<Step> failed)
            throws InterruptedException {
        Step.Undo undo = step.undo();
        if (undo == null) {
            return end(rollback, context, step, null, "skipped", step.reason());
        }
        if (!step.isSafe() && !Boolean.TRUE.equals(plan.includeConflicts())) {
            return end(rollback, context, step, null, "skipped", "Something else has touched the record since.");
        }
        if (failed.stream().anyMatch(before -> before.touches(step))) {
            return end(rollback, context, step, null, "skipped", "A later effect on the record was not undone.");
        }
        Answer answer;
        try {
            answer = ask(context, step, envelope(rollback, plan, step, undo));
        } catch (Refusal refused) {
            return end(rollback, context, step, null, "refused", refused.getMessage());
        }
        var action = new ActionId(rollback.tenant(), answer.action());
        commands.ask(context, new NoteAsked(rollback, step.number(), action.key(), clock.instant()));
        ActionState state = answer.state();
        String why = answer.cause() == null ? null : answer.cause().detail();
        for (Duration pause = SHORTEST_PAUSE; !state.isFinal(); pause = longer(pause)) {
            Thread.sleep(pause);
            var now = actions.find(action, null);
            state = now.state();
            why = now.cause() == null ? null : now.cause().detail();
        }
        if (state == ActionState.SUCCEEDED) {
            actions.compensated(context, new ActionId(rollback.tenant(), step.undoes()), action);
        }
        return end(rollback, context, step, action.key(), state.word(), state == ActionState.SUCCEEDED ? null : why);
    }

    /** What is throttled, or cannot be decided on for the moment, is asked for again. */
    private Answer ask(TenantContext context, Step step, Envelope envelope) throws InterruptedException {
        Duration pause = SHORTEST_PAUSE;
        for (int tries = 1; ; tries++) {
            try {
                Answer answer = actions.submit(context, null, envelope, step.idempotencyKey(), WAIT)
                        .answer();
                if (answer.state() != ActionState.THROTTLED || tries >= MOST_TRIES) {
                    return answer;
                }
            } catch (Refusal refused) {
                if (refused.kind() != Refusal.Kind.UNAVAILABLE || tries >= MOST_TRIES) {
                    throw refused;
                }
            }
            Thread.sleep(pause);
            pause = longer(pause);
        }
    }

    private String end(
            RollbackId rollback,
            TenantContext context,
            Step step,
            @Nullable String action,
            String outcome,
            @Nullable String reason) {
        commands.ask(context, new EndStep(rollback, step.number(), action, outcome, reason, clock.instant()));
        return outcome;
    }

    /** On behalf of the agent whose effect it was, in a run of the plan's own. */
    private Envelope envelope(RollbackId rollback, RollbackView plan, Step step, Step.Undo undo) {
        Map<String, Object> target = new LinkedHashMap<>(undo.target());
        target.put("system", step.system());
        return new Envelope(
                rollback.tenant().value(),
                step.workspace(),
                step.agent(),
                run(plan, step),
                step.policyProfile(),
                step.quotaClass(),
                undo.operation(),
                target,
                json.readTree(undo.arguments()),
                undo.dataClasses(),
                null,
                null,
                null);
    }

    /** A run is one agent's: each has one of its own, named after the first step that is the agent's. */
    private static String run(RollbackView plan, Step step) {
        int first = plan.steps().stream()
                .map(StepView::step)
                .filter(other -> other.agent().equals(step.agent()))
                .mapToInt(Step::number)
                .findFirst()
                .orElse(step.number());
        return "%s_%d".formatted(plan.rollback(), first);
    }

    private void endRun(RollbackId rollback, RollbackView plan, TenantContext context, Step step) {
        var run = new RunId(rollback.tenant(), run(plan, step));
        try {
            runs.end(
                    context.within(
                            new WorkspaceId(rollback.tenant(), step.workspace()),
                            new AgentId(rollback.tenant(), step.agent()),
                            run,
                            step.policyProfile(),
                            step.quotaClass()),
                    run);
        } catch (NotFound neverOpened) {
            log.debug("Run {} was never opened", run, neverOpened);
        }
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    private void sweep() {
        while (running) {
            try {
                everyTenant
                        .query(
                                "select tenant_id, rollback from execution.rollback where state = 'running'",
                                (row, number) -> new RollbackId(new TenantId(row.getString(1)), row.getString(2)))
                        .forEach(this::goOn);
                Thread.sleep(BETWEEN_SWEEPS);
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException failed) {
                if (running) {
                    log.warn("Rollbacks that still run cannot be looked for: {}", failed.toString());
                    pause();
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_SWEEPS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void start() {
        running = true;
        sweeper = Thread.ofPlatform().daemon().name("rollbacks").start(this::sweep);
    }

    /** What is not ended is found again at the next start. */
    @Override
    public void stop() {
        running = false;
        if (sweeper != null) {
            sweeper.interrupt();
        }
        Set.copyOf(underWay.values()).forEach(Thread::interrupt);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
