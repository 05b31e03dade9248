package execution;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import policy.Verdict;
import policy.Verdict.Approval;
import policy.Verdict.Check;
import policy.Verdict.Denied;
import policy.Verdict.NeedsApproval;
import policy.Verdict.NeedsCheck;
import policy.Verdict.Reason;
import policy.Verdict.Shadow;

/**
 * What a policy says of an envelope, as it is shown.
 *
 * @param verdict {@code allowed}, {@code needs_approval}, {@code needs_check} or {@code denied}
 * @param remedy what would have to change for the action to be allowed
 * @param shadow what a version in shadow would have said
 */
public record VerdictView(
        String verdict,
        long version,
        List<Spoken> reasons,
        List<Asked> approvals,
        List<Checked> checks,
        @Nullable String remedy,
        @Nullable Tried shadow) {

    /** A rule that spoke, and in whose document it is. */
    public record Spoken(String rule, String layer, long version, String words) {}

    /** People who have to agree. */
    public record Asked(String rule, List<String> roles, int count, Duration validFor) {}

    /** An operation that is asked first. */
    public record Checked(String rule, String system, String operation) {}

    /** The answer of a version in shadow. */
    public record Tried(long version, String verdict, List<Spoken> reasons) {}

    public static VerdictView of(Verdict verdict) {
        return new VerdictView(
                verdict.word(),
                verdict.version(),
                spoken(verdict.reasons()),
                approvals(verdict).stream().map(VerdictView::asked).toList(),
                checks(verdict).stream().map(VerdictView::checked).toList(),
                verdict instanceof Denied denied ? denied.remedy() : null,
                tried(verdict.shadow()));
    }

    private static List<Spoken> spoken(List<Reason> reasons) {
        return reasons.stream()
                .map(reason -> new Spoken(
                        reason.rule(),
                        reason.layer().name().toLowerCase(Locale.ROOT),
                        reason.version(),
                        reason.words()))
                .toList();
    }

    private static List<Approval> approvals(Verdict verdict) {
        return switch (verdict) {
            case NeedsApproval needed -> needed.approvals();
            case NeedsCheck needed -> needed.approvals();
            case Verdict.Allowed _, Denied _ -> List.of();
        };
    }

    private static List<Check> checks(Verdict verdict) {
        return verdict instanceof NeedsCheck needed ? needed.checks() : List.of();
    }

    private static Asked asked(Approval approval) {
        return new Asked(approval.rule(), approval.roles(), approval.count(), approval.validFor());
    }

    private static Checked checked(Check check) {
        return new Checked(check.rule(), check.system(), check.operation());
    }

    private static @Nullable Tried tried(@Nullable Shadow shadow) {
        return shadow == null ? null : new Tried(shadow.version(), shadow.verdict(), spoken(shadow.reasons()));
    }
}
