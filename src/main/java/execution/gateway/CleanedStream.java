package execution.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Passes on the events of one answer, without what must stay here. A target may cut a value in two anywhere, and who
 * follows puts the pieces together: so an event whose end may be the beginning of such a value waits for what follows it.
 */
final class CleanedStream implements AutoCloseable {

    private final Redactor redactor;
    private final Consumer<ToolEvent> passes;
    private final List<ToolEvent> held = new ArrayList<>();

    CleanedStream(Redactor redactor, Consumer<ToolEvent> passes) {
        this.redactor = redactor;
        this.passes = passes;
    }

    void next(ToolEvent event) {
        held.add(event);
        pass(redactor.apart(held.stream().map(ToolEvent::data).toList()));
    }

    /** Nothing follows: what waits is no beginning. */
    @Override
    public void close() {
        pass(held.size());
    }

    private void pass(int first) {
        List<ToolEvent> ready = held.subList(0, first);
        List<String> data = redactor.texts(ready.stream().map(ToolEvent::data).toList(), "/result");
        for (int i = 0; i < first; i++) {
            ToolEvent event = ready.get(i);
            String id = event.id();
            passes.accept(new ToolEvent(
                    redactor.text(event.type(), "/result"),
                    data.get(i),
                    id == null ? null : redactor.text(id, "/result")));
        }
        ready.clear();
    }
}
