package quota;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A class's limits and a tenant's overrides, made ready to be asked for each action: no name is read twice. */
final class Plan {

    private static final Line[] NONE = {};

    private final Limits ofClass;
    private final Overrides overrides;
    private final Line[] ofTenant;
    private final Map<String, Line[]> ofScopes = new HashMap<>();
    private final boolean capsRuns;

    /**
     * One limit of one scope.
     *
     * @param key the meter that counts it
     */
    record Line(Counted counted, String name, String scope, String key, long limit) {}

    Plan(Limits ofClass, Overrides overrides) {
        this.ofClass = ofClass;
        this.overrides = overrides;
        List<String> names = new ArrayList<>(ofClass.counted().keySet());
        overrides.limits(Scope.TENANT.word()).stream()
                .filter(name -> !names.contains(name))
                .forEach(names::add);
        names.remove(Limit.TOOL_CALLS_PER_DAY.word());
        names.addFirst(Limit.TOOL_CALLS_PER_DAY.word());
        ofTenant = lines(Scope.TENANT.word(), names);
        for (String scope : overrides.scopes()) {
            ofScopes.put(scope, lines(scope, overrides.limits(scope)));
        }
        capsRuns = RunCap.ALL.stream()
                .anyMatch(cap -> ofClass.counted().containsKey(cap.word())
                        || overrides.limits(Scope.TENANT.word()).contains(cap.word())
                        || overrides.scopes().stream()
                                .anyMatch(scope -> overrides.limits(scope).contains(cap.word())));
    }

    private Line[] lines(String scope, Iterable<String> names) {
        List<Line> lines = new ArrayList<>();
        for (String name : names) {
            long limit = inForce(scope, name);
            Counted.of(name)
                    .ifPresent(counted -> lines.add(new Line(counted, name, scope, Ledger.key(scope, name), limit)));
        }
        return lines.toArray(NONE);
    }

    private long inForce(String scope, String name) {
        return overrides.inForce(scope, name, otherwise(scope, name));
    }

    /** What the tenant may lower, but not raise. */
    long granted(String scope, String name) {
        return overrides.granted(scope, name, otherwise(scope, name));
    }

    /** A workspace and an agent have no limit of their own until somebody sets one. */
    private long otherwise(String scope, String name) {
        return scope.equals(Scope.TENANT.word()) ? ofClass.of(LimitName.of(name)) : Limits.UNLIMITED;
    }

    boolean isOf(Overrides current) {
        return overrides == current;
    }

    /** Limits of the tenant as a whole, the tool calls a day first. */
    Line[] ofTenant() {
        return ofTenant;
    }

    /** Limits of one workspace or agent. */
    Line[] of(Scope scope) {
        return ofScopes.isEmpty() ? NONE : ofScopes.getOrDefault(scope.word(), NONE);
    }

    boolean hasScopes() {
        return !ofScopes.isEmpty();
    }

    /** All limits of workspaces and agents. */
    List<Line> ofScopes() {
        return overrides.scopes().stream()
                .flatMap(scope -> List.of(ofScopes.getOrDefault(scope, NONE)).stream())
                .toList();
    }

    /** Runs that may be open in that scope. */
    long concurrentRuns(String scope) {
        return inForce(scope, Limit.CONCURRENT_RUNS.word());
    }

    /** Whether any run has a cap, its own aside. */
    boolean capsRuns() {
        return capsRuns;
    }

    /** The cap of one run: its own, its agent's, its workspace's, or the tenant's; the first that somebody set. */
    long cap(RunCap cap, @Nullable RunUse run, String workspace, String agent) {
        long granted = grantedCap(cap, run, workspace, agent);
        Long own = set(Layer.TENANT, cap, run, workspace, agent);
        return own == null ? granted : Math.min(own, granted);
    }

    long grantedCap(RunCap cap, @Nullable RunUse run, String workspace, String agent) {
        Long byOperator = set(Layer.OPERATOR, cap, run, workspace, agent);
        return byOperator == null ? ofClass.counted().getOrDefault(cap.word(), Limits.UNLIMITED) : byOperator;
    }

    private @Nullable Long set(Layer layer, RunCap cap, @Nullable RunUse run, String workspace, String agent) {
        Long ofRun = run == null ? null : run.capBy(layer, cap);
        if (ofRun != null || overrides.isEmpty()) {
            return ofRun;
        }
        return overrides
                .by(layer, "agent:" + agent, cap.word())
                .or(() -> overrides.by(layer, "workspace:" + workspace, cap.word()))
                .or(() -> overrides.by(layer, Scope.TENANT.word(), cap.word()))
                .orElse(null);
    }
}
