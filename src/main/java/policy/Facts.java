package policy;

import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelVariableResolver;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tenancy.ActionEnvelope;

/** One envelope as rules ask about it. Arguments are read once, and only if a condition that may apply asks for them. */
final class Facts implements CelVariableResolver {

    /** Of one condition, and of all of one decision. Hostile ones take less than a millisecond (warm). */
    private static final int MOST_STEPS = 4_000;

    private static final int MOST_STEPS_OF_ALL = 8_000;

    private final ActionEnvelope envelope;
    private final Map<Condition, Answer> answers = new HashMap<>(0);
    private @Nullable Object arguments;
    private int stepsLeft = MOST_STEPS_OF_ALL;

    Facts(ActionEnvelope envelope) {
        this.envelope = envelope;
    }

    ActionEnvelope envelope() {
        return envelope;
    }

    /** Asked once in a decision: whoever asks again hears the same. */
    Answer ask(Condition condition) {
        Answer known = answers.get(condition);
        if (known != null) {
            return known;
        }
        Answer answer = stepsLeft == 0 ? Answer.TOO_MUCH : evaluate(condition);
        answers.put(condition, answer);
        return answer;
    }

    private Answer evaluate(Condition condition) {
        int most = Math.min(MOST_STEPS, stepsLeft);
        var steps = new Steps(most);
        Answer answer = condition.ask(this, steps);
        stepsLeft -= most - steps.left();
        return answer;
    }

    /** What all conditions together took. */
    int steps() {
        return MOST_STEPS_OF_ALL - stepsLeft;
    }

    @Override
    public Optional<Object> find(String variable) {
        return Optional.ofNullable(
                switch (variable) {
                    case "operation" -> envelope.operation();
                    case "effect" -> envelope.effect().name().toLowerCase(Locale.ROOT);
                    case "system" -> envelope.target().system();
                    case "target" -> envelope.target().fields();
                    case "arguments" -> arguments();
                    case "data_classes" -> envelope.dataClasses();
                    case "destination" -> envelope.destination();
                    case "recipients" -> envelope.recipients();
                    case "model" -> Objects.requireNonNullElse(envelope.model(), NullValue.NULL_VALUE);
                    case "tokens" -> envelope.estimate().tokens();
                    case "price" -> envelope.estimate().microUnits();
                    case "agent" -> envelope.agent().key();
                    case "agent_class" -> envelope.agentClass();
                    case "trust_zone" -> envelope.trustZone();
                    case "workspace" -> envelope.workspace().key();
                    case "run" -> envelope.run().key();
                    default -> null;
                });
    }

    private Object arguments() {
        Object read = arguments;
        if (read == null) {
            read = JsonValues.of(envelope.arguments()).orElseThrow(() -> new Steps.Stopped(Answer.UNREADABLE));
            arguments = read;
        }
        return read instanceof Map<?, ?> ? read : Map.of();
    }
}
