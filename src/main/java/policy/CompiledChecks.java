package policy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Checks whose conditions are compiled once, and then remembered for as long as they are asked. */
@Component
class CompiledChecks implements Checks {

    private static final int MOST_REMEMBERED = 1_000;
    private static final int MOST_STEPS = 4_000;
    private static final String RESULT = "result";

    private final Cache<String, Condition> conditions = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_REMEMBERED)
            .build();

    @Override
    public boolean pass(Verdict.Check check, String result) {
        Optional<Object> answered = JsonValues.of(result);
        if (answered.isEmpty()) {
            return false;
        }
        Condition passes = conditions.get(check.passes(), text -> new Condition(Language.OF_CHECKS, text));
        return passes.ask(variable -> variable.equals(RESULT) ? answered : Optional.empty(), new Steps(MOST_STEPS))
                == Answer.YES;
    }
}
