package tenancy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why an action is not plain progress: whose limit or gate, how much, until when.
 *
 * @param owner {@code tenant} (own cap), {@code platform} (shared capacity), {@code provider} (degraded target),
 *     {@code policy} (a gate), {@code operator} (containment)
 * @param kind {@code budget}, {@code rate}, {@code concurrency}, {@code capacity}, {@code rule}, {@code target}
 * @param limit the limit's name, such as {@code tool_calls_per_day}
 * @param used how much of the limit is used, in the limit's unit
 * @param limitValue the limit itself, in the same unit
 * @param resetsAt when use falls back by itself
 * @param rule the policy rule that spoke
 * @param scope what the limit is a limit of: {@code tenant}, {@code workspace:<id>}, {@code agent:<id>},
 *     {@code run:<id>}; absent where it is no counted limit
 */
public record Cause(
        Owner owner,
        String kind,
        @Nullable String limit,
        @Nullable Long used,
        @Nullable Long limitValue,
        @Nullable Instant resetsAt,
        @Nullable String rule,
        @Nullable Long policyVersion,
        @Nullable String detail,
        @Nullable String scope) {

    /** A cause that no counted limit is behind. */
    public Cause(
            Owner owner,
            String kind,
            @Nullable String limit,
            @Nullable Long used,
            @Nullable Long limitValue,
            @Nullable Instant resetsAt,
            @Nullable String rule,
            @Nullable Long policyVersion,
            @Nullable String detail) {
        this(owner, kind, limit, used, limitValue, resetsAt, rule, policyVersion, detail, null);
    }

    /** Whose fault it is: a tenant sees at a glance whether to wait, to change something, or to call. */
    public enum Owner {
        TENANT,
        PLATFORM,
        PROVIDER,
        POLICY,
        OPERATOR
    }

    public static Cause limit(
            Owner owner, String kind, String limit, long used, long limitValue, @Nullable Instant resetsAt) {
        return new Cause(owner, kind, limit, used, limitValue, resetsAt, null, null, null);
    }

    /** The same, as a limit of this scope. */
    public Cause of(String limitedScope) {
        return new Cause(owner, kind, limit, used, limitValue, resetsAt, rule, policyVersion, detail, limitedScope);
    }

    /** The same, in these words. */
    public Cause saying(String words) {
        return new Cause(owner, kind, limit, used, limitValue, resetsAt, rule, policyVersion, words, scope);
    }

    public static Cause rule(String rule, long policyVersion, String detail) {
        return new Cause(Owner.POLICY, "rule", null, null, null, null, rule, policyVersion, detail);
    }

    public static Cause provider(String detail, @Nullable Instant resetsAt) {
        return new Cause(Owner.PROVIDER, "target", null, null, null, resetsAt, null, null, detail);
    }
}
