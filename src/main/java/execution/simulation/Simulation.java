package execution.simulation;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import policy.Verdict;
import tenancy.ActionEnvelope;
import tenancy.PastEvents;
import tenancy.PastEvents.Past;
import tenancy.TenantId;

/** One document tried on one tenant's past, page by page: it holds one page and a tally, whatever the past holds. */
final class Simulation {

    private static final Logger LOG = LoggerFactory.getLogger(Simulation.class);

    /** A document that is tried on more has told what it tells long before. */
    static final long MOST_DECISIONS = 1_000_000;

    /** Where it stands. */
    enum State {
        WAITING,
        RUNNING,
        DONE,
        FAILED
    }

    /**
     * What is tried.
     *
     * @param decide what the document says of an envelope, layers included
     * @param concerned which decisions the document had a say in
     * @param from inclusive; null from the beginning
     * @param until exclusive; null to the end
     * @param through the last entry of the journal when it was asked for
     */
    record Subject(
            TenantId tenant,
            String profile,
            Function<ActionEnvelope, Verdict> decide,
            Predicate<ActionEnvelope> concerned,
            @Nullable Instant from,
            @Nullable Instant until,
            long through,
            int examples) {}

    /**
     * How far it has come.
     *
     * @param decisions how many were decided again so far
     * @param sequence the last entry of the journal that was read, of {@code through}
     */
    record Progress(long decisions, long sequence, long through) {}

    /**
     * All there is to show.
     *
     * @param complete false if there were more decisions than are looked at; the result is about the oldest then
     * @param result absent until it is done
     */
    record View(
            String simulationId,
            String profile,
            State state,
            Progress progress,
            @Nullable Boolean complete,
            Tally.@Nullable Result result) {}

    private final String id;
    private final Subject subject;
    private final PastEvents past;
    private volatile View view;

    Simulation(String id, Subject subject, PastEvents past) {
        this.id = id;
        this.subject = subject;
        this.past = past;
        this.view = seen(State.WAITING, new Progress(0, 0, subject.through()), null, null);
    }

    TenantId tenant() {
        return subject.tenant();
    }

    String profile() {
        return subject.profile();
    }

    View view() {
        return view;
    }

    boolean isOver() {
        return view.state() == State.DONE || view.state() == State.FAILED;
    }

    /** Reads and decides to the end, or until its thread is interrupted. */
    void run() {
        try {
            readAll();
        } catch (RuntimeException failed) {
            LOG.warn("A simulation of {} failed", subject.tenant(), failed);
            view = seen(State.FAILED, view.progress(), null, null);
        }
    }

    private void readAll() {
        var tally = new Tally(subject.examples());
        var decisions = new PastDecisions(subject.tenant(), decision -> decideAgain(decision, tally));
        long position = 0;
        boolean more = true;
        while (more
                && tally.decided() < MOST_DECISIONS
                && !Thread.currentThread().isInterrupted()) {
            List<Past> page = page(position, subject.until(), PastEvents.MOST);
            page.forEach(decisions::read);
            more = page.size() == PastEvents.MOST;
            position = more ? page.getLast().sequence() : subject.through();
            view = seen(State.RUNNING, new Progress(tally.decided(), position, subject.through()), null, null);
        }
        Past untold = decisions.untold();
        if (untold != null) {
            // Its checks may have been written down a moment after the time that is asked about.
            decisions.end(page(untold.sequence(), null, 1).stream().findFirst().orElse(null));
        }
        State last = Thread.currentThread().isInterrupted() ? State.FAILED : State.DONE;
        view = seen(
                last,
                new Progress(tally.decided(), position, subject.through()),
                !more,
                last == State.DONE ? tally.result() : null);
    }

    private List<Past> page(long after, @Nullable Instant until, int limit) {
        return past.read(subject.tenant(), PastDecision.TYPES, subject.from(), until, after, subject.through(), limit);
    }

    private void decideAgain(PastDecision decision, Tally tally) {
        if (subject.concerned().test(decision.envelope())) {
            tally.count(decision, subject.decide().apply(decision.envelope()));
        }
    }

    private View seen(State state, Progress progress, @Nullable Boolean complete, Tally.@Nullable Result result) {
        return new View(id, subject.profile(), state, progress, complete, result);
    }
}
