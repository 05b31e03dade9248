package quota;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import quota.QuotaEvent.RunCounted;

/** What one run uses, all its life long: from its first reservation until it has ended and nothing is reserved. */
@NullUnmarked
final class RunUse {

    private boolean open;
    private String workspace = "";
    private String agent = "";
    private long startedAt;
    private int depth;
    private long actions;
    private long actionsReserved;
    private long cost;
    private long costReserved;
    /** The cap on cost when it was last drawn on; absent if there was none. */
    private Long costCap;
    /** The cap it stopped at, and how high that was. */
    private RunCap haltedBy;

    private long haltedAt;
    /** By cap: the highest threshold, in percent, that was told since it was set. */
    private SortedMap<String, Integer> warned = new TreeMap<>();

    private Map<String, Long> operatorCaps = new HashMap<>();
    private Map<String, Long> ownCaps = new HashMap<>();

    boolean isOpen() {
        return open;
    }

    String workspace() {
        return workspace;
    }

    String agent() {
        return agent;
    }

    int depth() {
        return depth;
    }

    Instant startedAt() {
        return Instant.ofEpochSecond(startedAt);
    }

    /** The moment that its own clock shows. */
    Instant clock(RunClock clock, Instant now) {
        return open ? clock.at(this, now) : now;
    }

    /** Spent and reserved. */
    long used(RunCap cap, Instant now) {
        return switch (cap) {
            case RUN_ACTIONS -> actions + actionsReserved;
            case RUN_COST_MICROS -> cost + costReserved;
            case RUN_SECONDS -> open ? Math.max(0, now.getEpochSecond() - startedAt) : 0;
            case RUN_DEPTH -> depth;
        };
    }

    long reserved(RunCap cap) {
        return switch (cap) {
            case RUN_ACTIONS -> actionsReserved;
            case RUN_COST_MICROS -> costReserved;
            case RUN_SECONDS, RUN_DEPTH -> 0;
        };
    }

    @Nullable
    Long capBy(Layer layer, RunCap cap) {
        return caps(layer).get(cap.word());
    }

    private Map<String, Long> caps(Layer layer) {
        return switch (layer) {
            case OPERATOR -> operatorCaps;
            case TENANT -> ownCaps;
        };
    }

    boolean hasCaps() {
        return haltedBy != null || !operatorCaps.isEmpty() || !ownCaps.isEmpty();
    }

    /** Whether it stopped at this cap, and the cap has not been raised since. */
    boolean haltedBy(RunCap cap, long inForce) {
        return cap == haltedBy && inForce <= haltedAt;
    }

    @Nullable
    RunCap haltedBy() {
        return haltedBy;
    }

    /** How far use goes beyond the cap that it was last drawn under, if the cost turns out so. */
    long costBeyondCap(long expected, long actual) {
        if (costCap == null) {
            return 0;
        }
        long before = cost + costReserved;
        return before + actual - expected - Math.max(costCap, before);
    }

    /** The cap on cost when it was last drawn on. */
    @Nullable
    Long costCap() {
        return costCap;
    }

    int warned(RunCap cap) {
        return warned.getOrDefault(cap.word(), 0);
    }

    void warn(String cap, int percent) {
        warned.put(cap, percent);
    }

    boolean isDone() {
        return !open && actionsReserved == 0;
    }

    void count(RunCounted counted) {
        open = true;
        workspace = counted.workspace();
        agent = counted.agent();
        depth = counted.depth();
        startedAt = counted.at().getEpochSecond();
    }

    void uncount() {
        open = false;
    }

    void reserve(Amounts amounts, @Nullable Long capOnCost) {
        actionsReserved += amounts.toolCalls();
        costReserved += amounts.costMicros();
        costCap = amounts.costMicros() == 0 ? costCap : capOnCost;
        haltedBy = null;
    }

    void settle(Amounts expected, Amounts actual) {
        release(expected);
        actions += actual.toolCalls();
        cost += actual.costMicros();
    }

    void release(Amounts expected) {
        actionsReserved -= expected.toolCalls();
        costReserved -= expected.costMicros();
    }

    void halt(RunCap cap, long limit) {
        haltedBy = cap;
        haltedAt = limit;
    }

    void cap(Layer layer, String cap, long value) {
        caps(layer).put(cap, value);
        warned.remove(cap);
    }

    /** A run that events were replayed into equals the one that they were applied to. */
    @Override
    public boolean equals(Object other) {
        return other instanceof RunUse that
                && open == that.open
                && workspace.equals(that.workspace)
                && agent.equals(that.agent)
                && startedAt == that.startedAt
                && depth == that.depth
                && actions == that.actions
                && actionsReserved == that.actionsReserved
                && cost == that.cost
                && costReserved == that.costReserved
                && Objects.equals(costCap, that.costCap)
                && haltedBy == that.haltedBy
                && haltedAt == that.haltedAt
                && warned.equals(that.warned)
                && operatorCaps.equals(that.operatorCaps)
                && ownCaps.equals(that.ownCaps);
    }

    @Override
    public int hashCode() {
        return Objects.hash(open, startedAt, actions, actionsReserved, cost, costReserved);
    }
}
