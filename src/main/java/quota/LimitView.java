package quota;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One limit as its tenant sees it.
 *
 * @param scope {@code tenant}, {@code workspace:<id>} or {@code agent:<id>}
 * @param limitValue what is in force; absent where nothing limits it
 * @param source {@code class}, {@code operator_override} or {@code own_override}: whose value that is
 * @param classValue what the quota class says; absent where it says nothing
 * @param used spent and reserved; absent for limits that nothing is counted against here
 * @param reserved the part of {@code used} that is not spent yet
 */
record LimitView(
        String limit,
        String scope,
        @Nullable Long limitValue,
        String source,
        @Nullable Long classValue,
        @Nullable Long used,
        @Nullable Long reserved,
        @Nullable Instant resetsAt) {

    /** The limits that every class has, then the others of the tenant, then those of its workspaces and agents. */
    static List<LimitView> all(Limits ofClass, Use use) {
        List<LimitView> views = new ArrayList<>();
        Limit.ALL.forEach(limit -> views.add(of(Scope.TENANT, LimitName.of(limit.word()), ofClass, use)));
        var names = use.overrides().limits(Scope.TENANT.word());
        names.addAll(ofClass.counted().keySet());
        names.stream()
                .filter(LimitName::isOptional)
                .forEach(name -> views.add(of(Scope.TENANT, LimitName.of(name), ofClass, use)));
        for (String scope : use.overrides().scopes()) {
            use.overrides()
                    .limits(scope)
                    .forEach(name -> views.add(of(new Scope(scope), LimitName.of(name), ofClass, use)));
        }
        return views;
    }

    static LimitView of(Scope scope, LimitName limit, Limits ofClass, Use use) {
        long otherwise = scope.isTenant() ? ofClass.of(limit) : Limits.UNLIMITED;
        long value = use.overrides().inForce(scope.word(), limit.word(), otherwise);
        Use.Line line = use.lines().stream()
                .filter(each ->
                        each.limit().equals(limit.word()) && each.scope().equals(scope.word()))
                .findFirst()
                .orElse(null);
        return new LimitView(
                limit.word(),
                scope.word(),
                known(value),
                source(scope, limit, value, otherwise, use.overrides()),
                known(otherwise),
                line == null ? null : (Long) line.used(),
                line == null || limit.word().equals(Limit.CONCURRENT_RUNS.word()) ? null : (Long) line.reserved(),
                line == null ? null : line.resetsAt());
    }

    private static @Nullable Long known(long value) {
        return value == Limits.UNLIMITED ? null : (Long) value;
    }

    private static String source(Scope scope, LimitName limit, long value, long otherwise, Overrides overrides) {
        if (value < overrides.granted(scope.word(), limit.word(), otherwise)) {
            return "own_override";
        }
        return overrides.by(Layer.OPERATOR, scope.word(), limit.word()).isPresent() ? "operator_override" : "class";
    }
}
