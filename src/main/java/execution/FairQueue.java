package execution;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is: weighted fair queueing of tenants by cost. Each tenant has a virtual time, the slot-milliseconds it
 * has used and those its running actions are expected to use, divided by its weight; the tenant that is furthest behind
 * is served next. A tenant that could not use its turn (nothing waiting, or its own ceiling reached) comes back at the
 * present: it keeps what it owes and loses what it did not claim.
 *
 * <p>Within a tenant, actions are served in order of arrival, except that what would not fit its system's or its operation's
 * bulkhead is passed over.
 *
 * <p>Not safe for threads, and reads no clock: what time passed is told to it.
 */
final class FairQueue {

    private final Map<String, Party> parties = new HashMap<>();
    private final TreeSet<Party> eligible = new TreeSet<>(Party.FURTHEST_BEHIND);
    /** What the tenant served last had used, in virtual time: the present, at which others come back. */
    private double present;

    private long arrivals;
    private long parted;
    private int waiting;

    /** One action in flight. */
    static final class Turn {
        private final Waiting waiting;
        private final Party party;
        private final Line line;
        private final double weight;
        private double charged;

        private Turn(Waiting waiting, Party party, Line line) {
            this.waiting = waiting;
            this.party = party;
            this.line = line;
            this.weight = party.weight;
            this.charged = waiting.cost() / weight;
        }

        Waiting waiting() {
            return waiting;
        }
    }

    /** Sets a tenant's share and its most parallel actions, for what waits already too. */
    void limits(String tenant, double weight, int ceiling) {
        change(party(tenant), party -> {
            party.weight = Math.max(weight, 1e-6);
            party.ceiling = ceiling;
        });
    }

    /** Adds an action at the end of its line; one that waits already keeps its place. */
    void offer(Waiting action) {
        Party party = party(action.tenant());
        Gate gate = party.gates.computeIfAbsent(action.system(), system -> new Gate());
        Line line = gate.lines.computeIfAbsent(action.operation(), operation -> new Line(gate));
        change(party, changed -> {
            if (line.actions.putIfAbsent(action.action().key(), new Place(arrivals, action)) == null) {
                arrivals++;
                waiting++;
                changed.waiting++;
            }
            int before = gate.bulkhead;
            gate.bulkhead = Math.max(1, action.bulkheads().connector());
            line.bulkhead =
                    action.bulkheads().operation() > 0 ? action.bulkheads().operation() : Integer.MAX_VALUE;
            if (before == gate.bulkhead) {
                changed.relist(line);
            } else {
                gate.lines.values().forEach(changed::relist);
            }
        });
    }

    /** Takes an action out of its line; false if it does not wait here. */
    boolean withdraw(Waiting action) {
        return withdraw(action.tenant(), action.system(), action.action().key());
    }

    boolean withdraw(String tenant, String system, String key) {
        Party party = parties.get(tenant);
        Gate gate = party == null ? null : party.gates.get(system);
        Line line = gate == null ? null : gate.lineOf(key);
        if (party == null || line == null) {
            return false;
        }
        change(party, changed -> {
            line.actions.remove(key);
            waiting--;
            changed.waiting--;
            changed.relist(line);
        });
        forgetIfNothingIsLost(party);
        return true;
    }

    /** The next action to run; empty if nothing may. Its expected cost is charged at once. */
    Optional<Turn> next() {
        if (eligible.isEmpty()) {
            return Optional.empty();
        }
        Party party = eligible.first();
        Line line = party.ready.firstEntry().getValue();
        String key = line.actions.firstEntry().getKey();
        Waiting action = line.actions.firstEntry().getValue().action();
        Turn turn = new Turn(action, party, line);
        present = Math.max(present, party.settled);
        change(party, changed -> {
            line.actions.remove(key);
            changed.inFlight(line, 1);
            waiting--;
            changed.waiting--;
            changed.inFlight++;
            changed.expected += turn.charged;
        });
        return Optional.of(turn);
    }

    /**
     * The turn of an action that came just now, where it is the next; empty if something else is, or nothing may run: then
     * it does not wait here.
     */
    Optional<Turn> atOnce(Waiting action) {
        offer(action);
        if (!eligible.isEmpty() && eligible.first().first().equals(action)) {
            return next();
        }
        boolean unused = withdraw(action);
        return Optional.empty();
    }

    /** Tells how long an action runs already: one that outlasts its expected cost is charged for it meanwhile. */
    void running(Turn turn, long millis) {
        double used = millis / turn.weight;
        if (used > turn.charged) {
            change(turn.party, party -> {
                party.expected += used - turn.charged;
                turn.charged = used;
            });
        }
    }

    /** Ends a turn: what was expected is replaced by what was used. */
    void done(Turn turn, long millis) {
        change(turn.party, party -> {
            party.inFlight--;
            party.expected = party.inFlight == 0 ? 0 : party.expected - turn.charged;
            party.settled += millis / turn.weight;
            party.inFlight(turn.line, -1);
        });
        forgetIfNothingIsLost(turn.party);
    }

    int waiting() {
        return waiting;
    }

    /** What of a tenant waits here, in no order. */
    List<Waiting> waitingOf(String tenant) {
        Party party = parties.get(tenant);
        return party == null
                ? List.of()
                : party.gates.values().stream()
                        .flatMap(gate -> gate.lines.values().stream())
                        .flatMap(line -> line.actions.values().stream())
                        .map(Place::action)
                        .toList();
    }

    int waiting(String tenant) {
        Party party = parties.get(tenant);
        return party == null ? 0 : party.waiting;
    }

    int inFlight(String tenant) {
        Party party = parties.get(tenant);
        return party == null ? 0 : party.inFlight;
    }

    /** Why the tenant's next action for a system does not run: its own limit, or others' turns. */
    Optional<Hold> hold(String tenant, String system, String operation) {
        Party party = parties.get(tenant);
        if (party == null || party.waiting == 0) {
            return Optional.empty();
        }
        if (party.inFlight >= party.ceiling) {
            return Optional.of(new Hold("parallel_actions", party.inFlight, party.ceiling, "tenant"));
        }
        Gate gate = party.gates.get(system);
        if (gate != null && gate.isFull()) {
            return Optional.of(new Hold("connector_bulkhead", gate.inFlight, gate.bulkhead, "system:" + system));
        }
        Line line = gate == null ? null : gate.lines.get(operation);
        return line != null && line.inFlight >= line.bulkhead
                ? Optional.of(new Hold(
                        "operation_bulkhead", line.inFlight, line.bulkhead, "operation:" + system + "/" + operation))
                : Optional.empty();
    }

    /**
     * A tenant's own limit that keeps its actions waiting.
     *
     * @param scope what it is a limit of
     */
    record Hold(String limit, int used, int most, String scope) {}

    /** What a tenant has under way to a system, and waiting for it; with an operation, of that only. */
    Use use(String tenant, String system, @Nullable String operation) {
        Party party = parties.get(tenant);
        Gate gate = party == null ? null : party.gates.get(system);
        int inFlight = 0;
        int held = 0;
        if (gate != null) {
            for (Map.Entry<String, Line> line : gate.lines.entrySet()) {
                if (operation == null || operation.equals(line.getKey())) {
                    inFlight += line.getValue().inFlight;
                    held += line.getValue().actions.size();
                }
            }
        }
        return new Use(inFlight, held);
    }

    record Use(int inFlight, int waiting) {

        Use and(Use other) {
            return new Use(inFlight + other.inFlight, waiting + other.waiting);
        }
    }

    private Party party(String tenant) {
        return parties.computeIfAbsent(tenant, name -> new Party(name, parted++));
    }

    /** A party is never changed while it stands in the sorted set: it would be lost there. */
    private void change(Party party, Consumer<Party> change) {
        boolean before = party.mayRun();
        if (before) {
            eligible.remove(party);
        }
        change.accept(party);
        if (party.mayRun()) {
            if (!before) {
                party.settled = Math.max(party.settled, present);
            }
            eligible.add(party);
        }
    }

    /** Forgets tenants that have nothing here and owe nothing any more; to be called now and then. */
    void forgetIdle() {
        parties.values().removeIf(party -> party.waiting == 0 && party.inFlight == 0 && party.settled <= present);
    }

    /** A tenant with nothing here that owes nothing would come back just as it is: thousands of them cost nothing. */
    private void forgetIfNothingIsLost(Party party) {
        party.gates.values().removeIf(Gate::isIdle);
        if (party.waiting == 0 && party.inFlight == 0 && party.settled <= present) {
            parties.remove(party.name);
        }
    }

    private record Place(long arrival, Waiting action) {}

    /** What a tenant has under way to one system, and its lines there, by operation. */
    private static final class Gate {
        private final Map<String, Line> lines = new HashMap<>();
        private int bulkhead = 1;
        private int inFlight;

        private boolean isFull() {
            return inFlight >= bulkhead;
        }

        private @Nullable Line lineOf(String key) {
            for (Line line : lines.values()) {
                if (line.actions.containsKey(key)) {
                    return line;
                }
            }
            return null;
        }

        private boolean isIdle() {
            lines.values().removeIf(line -> line.actions.isEmpty() && line.inFlight == 0);
            return lines.isEmpty();
        }
    }

    /** A tenant's actions for one operation of one system. */
    private static final class Line {
        private final Gate gate;
        private final LinkedHashMap<String, Place> actions = new LinkedHashMap<>();
        private int bulkhead = Integer.MAX_VALUE;
        private int inFlight;
        /** Under which arrival this line stands in the tenant's ready lines; -1 if it does not. */
        private long listed = -1;

        private Line(Gate gate) {
            this.gate = gate;
        }

        private boolean mayRun() {
            return !actions.isEmpty() && inFlight < bulkhead && !gate.isFull();
        }
    }

    private static final class Party {
        private static final Comparator<Party> FURTHEST_BEHIND = Comparator.comparingDouble(
                        (Party party) -> party.settled + party.expected)
                .thenComparingLong(party -> party.number);

        private final String name;
        private final long number;
        private final Map<String, Gate> gates = new HashMap<>();
        private final TreeMap<Long, Line> ready = new TreeMap<>();
        private double weight = 1;
        private int ceiling = Integer.MAX_VALUE;
        private double settled;
        private double expected;
        private int waiting;
        private int inFlight;

        private Party(String name, long number) {
            this.name = name;
            this.number = number;
        }

        private boolean mayRun() {
            return inFlight < ceiling && !ready.isEmpty();
        }

        /** What of it is next; only while it may run. */
        private Waiting first() {
            return ready.firstEntry().getValue().actions.firstEntry().getValue().action();
        }

        /** One more or one fewer under way; where the system has become full or free, that is so for all its lines. */
        private void inFlight(Line line, int more) {
            boolean wasFull = line.gate.isFull();
            line.inFlight += more;
            line.gate.inFlight += more;
            if (wasFull == line.gate.isFull()) {
                relist(line);
            } else {
                line.gate.lines.values().forEach(this::relist);
            }
        }

        private void relist(Line line) {
            if (line.listed >= 0) {
                ready.remove(line.listed);
                line.listed = -1;
            }
            if (line.mayRun()) {
                line.listed = line.actions.firstEntry().getValue().arrival();
                ready.put(line.listed, line);
            }
        }
    }
}
