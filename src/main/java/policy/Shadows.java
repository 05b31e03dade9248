package policy;

import java.util.Locale;
import policy.Verdict.Allowed;
import policy.Verdict.Denied;
import policy.Verdict.NeedsApproval;
import policy.Verdict.NeedsCheck;
import policy.Verdict.Shadow;

/** What a version in shadow says, shown beside the verdict that holds. */
final class Shadows {

    private Shadows() {}

    /** The verdict as it is, with what the version that is tried out would have said. */
    static Verdict shown(Verdict verdict, Verdict tried) {
        var shadow = new Shadow(tried.version(), Outcome.of(tried).name().toLowerCase(Locale.ROOT), tried.reasons());
        return switch (verdict) {
            case Allowed allowed -> new Allowed(allowed.version(), allowed.reasons(), shadow);
            case NeedsApproval needed ->
                new NeedsApproval(needed.version(), needed.reasons(), needed.approvals(), shadow);
            case NeedsCheck needed ->
                new NeedsCheck(needed.version(), needed.reasons(), needed.checks(), needed.approvals(), shadow);
            case Denied denied -> new Denied(denied.version(), denied.reasons(), denied.remedy(), shadow);
        };
    }
}
