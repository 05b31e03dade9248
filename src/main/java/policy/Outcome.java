package policy;

/** A verdict in a word: what versions of a policy are compared by. */
public enum Outcome {
    ALLOWED,
    NEEDS_APPROVAL,
    NEEDS_CHECK,
    DENIED;

    public static Outcome of(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Allowed _ -> ALLOWED;
            case Verdict.NeedsApproval _ -> NEEDS_APPROVAL;
            case Verdict.NeedsCheck _ -> NEEDS_CHECK;
            case Verdict.Denied _ -> DENIED;
        };
    }
}
