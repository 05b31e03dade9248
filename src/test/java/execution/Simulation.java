package execution;

import execution.FairQueue.Turn;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.ToLongFunction;
import tenancy.ActionId;
import tenancy.TenantContext;
import tenancy.TenantId;

/** A pool in virtual time, one thread: slots, tenants that keep a backlog, actions that take as long as they are told. */
final class Simulation {

    final FairQueue queue = new FairQueue();
    final Map<String, Long> slotMillis = new HashMap<>();
    final Map<String, Integer> running = new HashMap<>();
    final Map<String, Long> longestWait = new HashMap<>();
    private final Map<String, Long> offeredAt = new HashMap<>();
    private final int slots;
    private final ToLongFunction<Waiting> duration;
    private final PriorityQueue<End> ends = new PriorityQueue<>();
    long now;
    long busy;
    private long number;
    private int used;

    private record End(long at, long number, long since, Turn turn) implements Comparable<End> {
        @Override
        public int compareTo(End other) {
            return at == other.at ? Long.compare(number, other.number) : Long.compare(at, other.at);
        }
    }

    Simulation(int slots, ToLongFunction<Waiting> duration) {
        this.slots = slots;
        this.duration = duration;
    }

    static Waiting action(String tenant, String system, long number, long cost, int bulkhead) {
        var id = new TenantId(tenant);
        return new Waiting(
                new ActionId(id, "act_%09d".formatted(number)),
                TenantContext.of(id, "test", null),
                null,
                "shared",
                system,
                "ticket.update",
                cost,
                new Bulkheads(bulkhead, 0),
                "gold");
    }

    Waiting offer(String tenant, String system, long cost, int bulkhead) {
        Waiting action = action(tenant, system, number++, cost, bulkhead);
        offeredAt.put(action.action().toString(), now);
        queue.offer(action);
        return action;
    }

    void offer(String tenant, long cost, int times) {
        for (int i = 0; i < times; i++) {
            offer(tenant, "zendesk", cost, Integer.MAX_VALUE);
        }
    }

    /** Runs until a time, calling {@code refill} after every end, so that a backlog can be kept up. */
    void run(long until, Runnable refill) {
        refill.run();
        fill();
        while (!ends.isEmpty() && ends.peek().at() <= until) {
            End end = ends.poll();
            now = end.at();
            String tenant = end.turn().waiting().tenant();
            queue.done(end.turn(), now - end.since());
            slotMillis.merge(tenant, now - end.since(), Long::sum);
            busy += now - end.since();
            running.merge(tenant, -1, Integer::sum);
            used--;
            refill.run();
            fill();
        }
        now = until;
    }

    /** Slot-milliseconds that a tenant has used. */
    long used(String tenant) {
        return slotMillis.getOrDefault(tenant, 0L);
    }

    int used() {
        return used;
    }

    private void fill() {
        while (used < slots) {
            var next = queue.next();
            if (next.isEmpty()) {
                return;
            }
            used++;
            Waiting action = next.get().waiting();
            running.merge(action.tenant(), 1, Integer::sum);
            Long offered = offeredAt.remove(action.action().toString());
            longestWait.merge(action.tenant(), now - (offered == null ? now : offered), Long::max);
            ends.add(new End(now + duration.applyAsLong(action), number++, now, next.get()));
        }
    }

    /** Jain's index of what tenants got: 1 if all got the same. */
    static double jain(Iterable<Long> shares) {
        double sum = 0;
        double squares = 0;
        int count = 0;
        for (long share : shares) {
            sum += share;
            squares += (double) share * share;
            count++;
        }
        return sum * sum / (count * squares);
    }
}
