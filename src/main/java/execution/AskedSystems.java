package execution;

import execution.ActionEvent.Answered;
import execution.ActionEvent.CheckFailed;
import execution.ActionEvent.CheckPassed;
import execution.ActionEvent.ChecksRequired;
import execution.ActionEvent.Question;
import execution.ActionView.Check;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of an action's story in which other systems are asked before its effect. */
final class AskedSystems {

    private List<Question> questions = List.of();
    private final List<Check> answered = new ArrayList<>();

    void then(ActionEvent event) {
        if (event instanceof ChecksRequired required) {
            questions = required.questions();
            answered.clear();
        } else if (event instanceof ActionEvent.ChecksStarted) {
            answered.clear();
        } else if (event instanceof CheckPassed passed) {
            answered.add(check(passed.rule(), passed.answer(), null, passed.checkedAt()));
        } else if (event instanceof CheckFailed failed) {
            answered.add(check(failed.rule(), failed.answer(), failed.code(), failed.endedAt()));
        }
    }

    private Check check(String rule, @Nullable Answered answer, @Nullable String code, Instant at) {
        Question asked = questions.stream()
                .filter(question -> question.rule().equals(rule))
                .findFirst()
                .orElseThrow();
        String result = answer == null ? null : answer.result();
        return new Check(
                rule,
                asked.system(),
                asked.operation(),
                code == null,
                code,
                answer == null ? null : answer.digest(),
                result == null ? null : StoredJson.tree(result),
                at);
    }

    List<Check> view() {
        List<Check> all = new ArrayList<>(answered);
        questions.stream()
                .skip(answered.size())
                .forEach(open ->
                        all.add(new Check(open.rule(), open.system(), open.operation(), null, null, null, null, null)));
        return List.copyOf(all);
    }
}
