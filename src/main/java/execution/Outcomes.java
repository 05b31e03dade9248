package execution;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import tenancy.ActionId;

/** Requests that wait for their action to end, told in process as soon as the end is committed. */
@Component
class Outcomes {

    private final Map<ActionId, CompletableFuture<ActionEvent>> waiting = new ConcurrentHashMap<>();

    /** The event that will end the action; to be given back by {@link #forget}. */
    CompletableFuture<ActionEvent> of(ActionId action) {
        return waiting.computeIfAbsent(action, none -> new CompletableFuture<>());
    }

    void ended(ActionId action, ActionEvent event) {
        CompletableFuture<ActionEvent> told = waiting.remove(action);
        if (told != null) {
            told.complete(event);
        }
    }

    void forget(ActionId action, CompletableFuture<ActionEvent> future) {
        waiting.remove(action, future);
    }

    /** A stop is not held up by requests that wait: they are answered with the state of the moment. */
    @EventListener(ContextClosedEvent.class)
    void release() {
        waiting.values().forEach(future -> future.cancel(false));
    }
}
