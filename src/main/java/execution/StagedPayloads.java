package execution;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.springframework.stereotype.Component;
import tenancy.ActionId;

/** Arguments of decisions that are not committed yet: their rows are made of it. */
@Component
class StagedPayloads {

    private final Map<ActionId, String> staged = new ConcurrentHashMap<>();

    /** Keeps them until the unit of work at hand is over. */
    void stage(ActionId action, String arguments) {
        staged.put(action, arguments);
        CurrentUnitOfWork.get().root().onCleanup(over -> staged.remove(action));
    }

    /** What is to be written with the decision on this action. */
    String of(ActionId action) {
        return find(action)
                .orElseThrow(
                        () -> new IllegalStateException("The arguments of action %s were not kept.".formatted(action)));
    }

    /** Empty where nothing is decided on the action now. */
    Optional<String> find(ActionId action) {
        return Optional.ofNullable(staged.get(action));
    }
}
