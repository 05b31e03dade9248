package execution;

import execution.ActionEvent.Need;
import execution.ActionEvent.Question;
import execution.ActionEvent.Ruling;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import policy.Verdict;
import tenancy.Cause;

/** Verdicts as the journal keeps them. */
final class Rulings {

    private Rulings() {}

    static Ruling of(Verdict verdict) {
        return new Ruling(verdict.version(), rules(verdict.reasons()), shadow(verdict.shadow()));
    }

    private static Ruling.@Nullable Shadow shadow(Verdict.@Nullable Shadow shadow) {
        return shadow == null ? null : new Ruling.Shadow(shadow.version(), shadow.verdict(), rules(shadow.reasons()));
    }

    private static List<Ruling.Rule> rules(List<Verdict.Reason> reasons) {
        return reasons.stream()
                .map(reason -> new Ruling.Rule(
                        reason.rule(),
                        reason.layer().name().toLowerCase(Locale.ROOT),
                        reason.version(),
                        reason.words()))
                .toList();
    }

    static Cause cause(Verdict.Denied denied) {
        Verdict.Reason first = denied.reasons().getFirst();
        return Cause.rule(first.rule(), denied.version(), first.words());
    }

    static List<Need> needs(List<Verdict.Approval> approvals) {
        return approvals.stream()
                .map(approval -> new Need(
                        approval.rule(),
                        approval.roles(),
                        approval.count(),
                        approval.validFor().toSeconds()))
                .toList();
    }

    static List<Question> questions(List<Verdict.Check> checks) {
        return checks.stream()
                .map(check -> new Question(
                        check.rule(),
                        check.system(),
                        check.operation(),
                        check.target(),
                        check.arguments(),
                        check.passes()))
                .toList();
    }

    static Verdict.Check check(Question question) {
        return new Verdict.Check(
                question.rule(),
                question.system(),
                question.operation(),
                question.target(),
                question.arguments(),
                question.passes());
    }
}
