package execution;

import execution.ActionCommand.CancelAction;
import execution.ContainedTable.Found;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.springframework.stereotype.Component;
import tenancy.ContainedWork;
import tenancy.Posture;
import tenancy.Restriction;
import tenancy.TenantCommands;
import tenancy.TenantId;

/**
 * Holds what waits, ends what runs, and for good takes back what waits, of whatever is contained. That nothing starts any
 * more is the lane's and the commit's doing, not this one's.
 */
@Component
class ContainedActions implements ContainedWork {

    private static final String KIND = "action";
    private static final int AT_A_TIME = 500;

    private final Backlog backlog;
    private final CallsUnderWay calls;
    private final ContainedTable table;
    private final TenantCommands commands;
    private final Clock clock;

    ContainedActions(Backlog backlog, CallsUnderWay calls, ContainedTable table, TenantCommands commands, Clock clock) {
        this.backlog = backlog;
        this.calls = calls;
        this.table = table;
        this.commands = commands;
        this.clock = clock;
    }

    @Override
    public void changed(TenantId tenant) {
        calls.changed(tenant);
        backlog.sift(tenant);
    }

    @Override
    public List<Reached> reaches(Containment asked, int most) {
        List<Reached> reached = new ArrayList<>();
        for (Found found : found(asked, most)) {
            boolean runs = found.started() && isEnded(asked, found);
            if (runs || !found.started()) {
                reached.add(new Reached(KIND, found.action().key(), runs ? Fate.REQUESTED : waiting(asked)));
            }
        }
        return reached;
    }

    @Override
    public List<Reached> stop(Containment containment, List<Reached> soFar) {
        TenantId tenant = containment.tenant();
        if (soFar.isEmpty()) {
            List<Found> found = found(containment, Integer.MAX_VALUE);
            if (containment.posture() == Posture.KILLED) {
                takeBack(containment, found);
            }
            Set<String> running = new HashSet<>(calls.endedBy(tenant, containment.id()));
            for (Found one : found) {
                if (isKilled(containment, one) || one.started() && isEnded(containment, one)) {
                    running.add(one.action().key());
                }
            }
            List<Reached> reached = new ArrayList<>(outcomes(tenant, running));
            for (Found one : found) {
                if (!one.started() && !running.contains(one.action().key())) {
                    reached.add(new Reached(KIND, one.action().key(), Fate.HELD));
                }
            }
            return reached;
        }
        Set<String> open = new HashSet<>();
        for (Reached one : soFar) {
            if (one.kind().equals(KIND) && one.fate() == Fate.REQUESTED) {
                open.add(one.id());
            }
        }
        return open.isEmpty() ? List.of() : outcomes(tenant, open);
    }

    private List<Found> found(Containment containment, int most) {
        return table.of(containment.tenant(), containment.scope(), most).stream()
                .filter(found -> found.reach().isStoppedBy(restriction(containment)))
                .toList();
    }

    private static boolean isKilled(Containment containment, Found found) {
        return containment.posture() == Posture.KILLED && !found.started();
    }

    private static boolean isEnded(Containment containment, Found found) {
        return found.reach().isEndedBy(restriction(containment));
    }

    private static Restriction restriction(Containment containment) {
        return new Restriction(
                "",
                containment.scope(),
                containment.posture(),
                containment.reason(),
                containment.cause().owner(),
                containment.context().principal(),
                0,
                java.time.Instant.EPOCH,
                null);
    }

    private static Fate waiting(Containment containment) {
        return containment.posture() == Posture.KILLED ? Fate.CANCELLED : Fate.HELD;
    }

    /** What was started and is not over: by what became of it. */
    private List<Reached> outcomes(TenantId tenant, Set<String> actions) {
        Map<String, ActionState> states = new HashMap<>(table.states(tenant, actions));
        return actions.stream()
                .map(action -> new Reached(
                        KIND,
                        action,
                        switch (states.getOrDefault(action, ActionState.RUNNING)) {
                            case RUNNING, CHECKING -> Fate.REQUESTED;
                            case QUEUED, APPROVAL_REQUIRED -> Fate.HELD;
                            case CANCELLED, DENIED, THROTTLED, BUDGET_EXCEEDED, FROZEN -> Fate.CANCELLED;
                            case SUCCEEDED, FAILED, COMPENSATED -> Fate.COMPLETED_BEFORE;
                            case OUTCOME_UNKNOWN -> Fate.UNKNOWN;
                        }))
                .toList();
    }

    /** Takes back what waits; what has started meanwhile, or ended, stays what it is. */
    private void takeBack(Containment containment, List<Found> found) {
        for (int from = 0; from < found.size(); from += AT_A_TIME) {
            List<CompletableFuture<ActionState>> answers = new ArrayList<>();
            for (Found one : found.subList(from, Math.min(from + AT_A_TIME, found.size()))) {
                if (!one.started()) {
                    answers.add(commands.send(
                            Origin.onBehalfOf(
                                    one.context(), containment.context().principal()),
                            new CancelAction(one.action(), containment.cause(), clock.instant())));
                }
            }
            answers.forEach(CompletableFuture::join);
        }
    }
}
