package policy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the policy says of one envelope, and why.
 *
 * <p>The same envelope under the same versions always gives the same verdict.
 */
public sealed interface Verdict {

    /** The version of the profile that decided; 0 if the tenant has published none. */
    long version();

    /** The rules that spoke, in words a tenant's developer understands. Never empty. */
    List<Reason> reasons();

    /** What a version that is only tried out would have said; absent if there is none. */
    @Nullable
    Shadow shadow();

    /** The kind of answer, in a word: {@code allowed}, {@code needs_approval}, {@code needs_check}, {@code denied}. */
    default String word() {
        return switch (this) {
            case Allowed _ -> "allowed";
            case NeedsApproval _ -> "needs_approval";
            case NeedsCheck _ -> "needs_check";
            case Denied _ -> "denied";
        };
    }

    /** The same verdict, and beside it what a version in shadow says. */
    default Verdict with(Shadow tried) {
        return switch (this) {
            case Allowed it -> new Allowed(it.version(), it.reasons(), tried);
            case NeedsApproval it -> new NeedsApproval(it.version(), it.reasons(), it.approvals(), tried);
            case NeedsCheck it -> new NeedsCheck(it.version(), it.reasons(), it.checks(), it.approvals(), tried);
            case Denied it -> new Denied(it.version(), it.reasons(), it.remedy(), tried);
        };
    }

    /**
     * @param rule the rule's id in its document; {@code default_deny} where no rule spoke
     * @param layer whose document it is in
     * @param version of that document
     */
    record Reason(String rule, Layer layer, long version, String words) {}

    /**
     * The answer of a version in shadow: it changed nothing.
     *
     * @param verdict {@code allowed}, {@code needs_approval}, {@code needs_check} or {@code denied}
     */
    record Shadow(long version, String verdict, List<Reason> reasons) {
        public Shadow {
            reasons = List.copyOf(reasons);
        }

        /** The verdict that a version in shadow came to. */
        static Shadow of(long version, Verdict verdict) {
            return new Shadow(version, verdict.word(), verdict.reasons());
        }
    }

    /**
     * People who have to agree first.
     *
     * @param rule the rule that asks for them
     * @param roles who may grant, by role
     * @param count how many different people, 1 or more
     * @param validFor how long the action may wait for them
     */
    record Approval(String rule, List<String> roles, int count, Duration validFor) {
        public Approval {
            roles = List.copyOf(roles);
        }
    }

    /**
     * An operation whose answer decides: it is called first, and what it says has to pass.
     *
     * @param rule the rule that asks for it
     * @param target fields of its target, by name: where in the envelope each comes from
     * @param arguments its arguments, by name: where in the envelope each comes from, such as {@code arguments.text}
     * @param passes CEL over {@code result}; whatever is not plainly true is a no
     */
    record Check(
            String rule,
            String system,
            String operation,
            Map<String, String> target,
            Map<String, String> arguments,
            String passes) {
        public Check {
            target = Map.copyOf(target);
            arguments = Map.copyOf(arguments);
        }
    }

    record Allowed(
            long version, List<Reason> reasons, @Nullable Shadow shadow) implements Verdict {
        public Allowed {
            reasons = List.copyOf(reasons);
        }

        public Allowed(long version, List<Reason> reasons) {
            this(version, reasons, null);
        }
    }

    /** Allowed once every one of these is granted. */
    record NeedsApproval(
            long version,
            List<Reason> reasons,
            List<Approval> approvals,
            @Nullable Shadow shadow) implements Verdict {
        public NeedsApproval {
            reasons = List.copyOf(reasons);
            approvals = List.copyOf(approvals);
        }
    }

    /**
     * Allowed once every check has passed and then every approval is granted.
     *
     * @param approvals asked for after the checks; may be empty
     */
    record NeedsCheck(
            long version,
            List<Reason> reasons,
            List<Check> checks,
            List<Approval> approvals,
            @Nullable Shadow shadow) implements Verdict {
        public NeedsCheck {
            reasons = List.copyOf(reasons);
            checks = List.copyOf(checks);
            approvals = List.copyOf(approvals);
        }
    }

    /** @param remedy what would have to change for the action to be allowed */
    record Denied(
            long version,
            List<Reason> reasons,
            String remedy,
            @Nullable Shadow shadow) implements Verdict {
        public Denied {
            reasons = List.copyOf(reasons);
        }

        public Denied(long version, List<Reason> reasons, String remedy) {
            this(version, reasons, remedy, null);
        }
    }
}
