package execution;

import execution.FairQueue.Hold;
import execution.FairQueue.Turn;
import execution.FairQueue.Use;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import quota.Limits;
import tenancy.ActionId;

/**
 * A bounded set of slots and who waits for them. A slot that is free and may be used is used at once, on the thread that
 * made it so.
 *
 * <p>At most so many actions of a tenant are held here; of a tenant with more, the rest is read from the table when few
 * are left.
 */
final class Pool {

    private final String name;
    private final int slots;
    private final int mostHeld;
    private final Predicate<Waiting> contained;
    private final BiConsumer<Pool, Turn> start;
    private final Runnable wake;
    private final LongSupplier nanoTime;
    private final FairQueue queue = new FairQueue();
    private final Map<ActionId, InFlight> running = new HashMap<>();
    /** Tenants with more in the table than is held here, and how far the table was read. */
    private final Map<String, Behind> behind = new HashMap<>();

    private boolean open;

    /** Where nothing is contained. */
    Pool(String name, int slots, int mostHeld, BiConsumer<Pool, Turn> start, Runnable wake, LongSupplier nanoTime) {
        this(name, slots, mostHeld, action -> false, start, wake, nanoTime);
    }

    /**
     * @param contained whether an action may not start now: it is left in the table
     * @param wake called when the table should be read for a hungry tenant
     */
    Pool(
            String name,
            int slots,
            int mostHeld,
            Predicate<Waiting> contained,
            BiConsumer<Pool, Turn> start,
            Runnable wake,
            LongSupplier nanoTime) {
        this.contained = contained;
        this.name = name;
        this.slots = slots;
        this.mostHeld = mostHeld;
        this.start = start;
        this.wake = wake;
        this.nanoTime = nanoTime;
    }

    private record InFlight(Turn turn, long since) {}

    /** What of a tenant is in the table only. */
    private static final class Behind {
        private String readUpTo = "";
        private boolean moreCame = true;
        private boolean beingRead;
        /** What was passed over while it was contained is looked for again. */
        private boolean fromTheBeginning;
    }

    /** Where the table must be read to go on with a tenant. */
    record Hungry(String tenant, String after, int room) {}

    String name() {
        return name;
    }

    int slots() {
        return slots;
    }

    /** Slots are given out from now on. */
    void open() {
        synchronized (this) {
            open = true;
        }
        fill();
    }

    /** No more slots are given out. */
    synchronized void close() {
        open = false;
    }

    /** An action that was just queued, or that the table holds and memory does not. */
    void offer(Waiting action, Limits limits) {
        synchronized (this) {
            if (contained.test(action)) {
                return;
            }
            Behind rest = behind.get(action.tenant());
            if (rest != null) {
                rest.moreCame = true;
                return;
            }
            if (queue.waiting(action.tenant()) >= mostHeld) {
                resume(action.tenant());
                return;
            }
            hold(action, limits);
        }
        fill();
    }

    /**
     * Gives an action a slot before it is queued; empty if none is free, or it is another's turn, or the action may not
     * start: then it is not held here.
     */
    synchronized Optional<Turn> takeAtOnce(Waiting action, Limits limits) {
        if (!open || running.size() >= slots || behind.containsKey(action.tenant()) || contained.test(action)) {
            return Optional.empty();
        }
        queue.limits(action.tenant(), limits.weight(), most(limits));
        Optional<Turn> turn = queue.atOnce(action);
        turn.ifPresent(this::runs);
        return turn;
    }

    private void runs(Turn turn) {
        running.put(turn.waiting().action(), new InFlight(turn, nanoTime.getAsLong()));
    }

    /** The table holds actions of this tenant that were not offered. */
    synchronized void resume(String tenant) {
        behind.computeIfAbsent(tenant, none -> new Behind()).moreCame = true;
    }

    /** Tenants that the table should be read for now. */
    synchronized List<Hungry> hungry() {
        List<Hungry> found = new ArrayList<>();
        behind.forEach((tenant, rest) -> {
            if (isHungry(tenant)) {
                rest.moreCame = false;
                rest.beingRead = true;
                found.add(new Hungry(tenant, rest.readUpTo, mostHeld - queue.waiting(tenant)));
            }
        });
        return found;
    }

    /** What the table had for a hungry tenant, in order. */
    void fed(Hungry hungry, List<Waiting> found, Function<Waiting, Limits> limits) {
        synchronized (this) {
            found.forEach(action -> hold(action, limits.apply(action)));
            Behind rest = behind.get(hungry.tenant());
            if (rest != null) {
                rest.beingRead = false;
            }
            if (rest != null && rest.fromTheBeginning) {
                rest.fromTheBeginning = false;
                rest.readUpTo = "";
            } else if (rest != null && found.size() < hungry.room() && !rest.moreCame) {
                behind.remove(hungry.tenant());
            } else if (rest != null && !found.isEmpty()) {
                rest.readUpTo = found.getLast().action().key();
            } else if (rest != null) {
                // Something came meanwhile, perhaps under an earlier key: from the beginning.
                rest.readUpTo = "";
            }
        }
        fill();
    }

    /**
     * The tenant's postures are others than before. What is contained leaves its line and is in the table only; what is
     * not any more is read from there, in order.
     */
    void sift(String tenant) {
        synchronized (this) {
            for (Waiting action : queue.waitingOf(tenant)) {
                if (contained.test(action)) {
                    boolean unused = queue.withdraw(action);
                }
            }
        }
        goOn(tenant);
    }

    /** Reads the table for a tenant from its beginning. */
    void goOn(String tenant) {
        synchronized (this) {
            Behind rest = behind.computeIfAbsent(tenant, none -> new Behind());
            rest.moreCame = true;
            rest.fromTheBeginning = rest.beingRead;
            rest.readUpTo = "";
        }
        fill();
    }

    synchronized boolean withdraw(ActionId action, String system) {
        return queue.withdraw(action.tenant().value(), system, action.key());
    }

    /** The action has left its slot. */
    void done(Turn turn) {
        synchronized (this) {
            InFlight ended = running.remove(turn.waiting().action());
            queue.done(turn, ended == null ? 0 : millis(ended));
        }
        fill();
    }

    /** Applies a tenant's limits to what waits, and charges what runs longer than expected. */
    synchronized void refresh(Limits limits, String tenant) {
        queue.limits(tenant, limits.weight(), most(limits));
    }

    synchronized void chargeRunning() {
        running.values().forEach(action -> queue.running(action.turn(), millis(action)));
        queue.forgetIdle();
    }

    synchronized int waiting() {
        return queue.waiting();
    }

    synchronized int running() {
        return running.size();
    }

    /** Whether a slot is free although all that may run does. */
    synchronized boolean hasRoom() {
        return running.size() < slots;
    }

    /** Why the tenant's next action for the system waits; empty if only for its turn. */
    synchronized Optional<Hold> hold(String tenant, String system, String operation) {
        return queue.hold(tenant, system, operation);
    }

    /** What a tenant has here for a system, or for one operation of it. */
    synchronized Use use(String tenant, String system, @Nullable String operation) {
        return queue.use(tenant, system, operation);
    }

    private void hold(Waiting action, Limits limits) {
        if (!running.containsKey(action.action()) && !contained.test(action)) {
            queue.limits(action.tenant(), limits.weight(), most(limits));
            queue.offer(action);
        }
    }

    private void fill() {
        for (Turn turn : take()) {
            start.accept(this, turn);
        }
        if (isAnyHungry()) {
            wake.run();
        }
    }

    private synchronized boolean isAnyHungry() {
        if (behind.isEmpty()) {
            return false;
        }
        for (Map.Entry<String, Behind> rest : behind.entrySet()) {
            if (!rest.getValue().beingRead && isHungry(rest.getKey())) {
                return true;
            }
        }
        return false;
    }

    private boolean isHungry(String tenant) {
        return queue.waiting(tenant) <= mostHeld / 2;
    }

    private synchronized List<Turn> take() {
        if (!open || running.size() >= slots || queue.waiting() == 0) {
            return List.of();
        }
        List<Turn> taken = new ArrayList<>(1);
        while (running.size() < slots) {
            Optional<Turn> next = queue.next();
            if (next.isEmpty()) {
                break;
            }
            runs(next.get());
            taken.add(next.get());
        }
        return taken;
    }

    private long millis(InFlight action) {
        return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - action.since());
    }

    private static int most(Limits limits) {
        return (int) Math.min(limits.maxParallelActions(), Integer.MAX_VALUE);
    }
}
