package execution.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;
import tenancy.ActionId;

/**
 * Event streams of actions under way on this node, for whoever follows them. What has come is kept once, within the
 * operation's bounds, until the call and all who follow have ended; each follows at a pace of its own, so that one that is
 * slow, or goes away, is nothing to the call.
 */
@Component
public class ToolStreams {

    private final Map<ActionId, Shared> open = new ConcurrentHashMap<>();

    /** One action's events, and how many use them. */
    private static final class Shared {
        private final List<ToolEvent> events = new ArrayList<>();
        private int users;

        private synchronized void add(ToolEvent event) {
            events.add(event);
            notifyAll();
        }

        private synchronized List<ToolEvent> after(int seen, long millis) throws InterruptedException {
            if (events.size() <= seen) {
                wait(millis);
            }
            return events.size() <= seen ? List.of() : List.copyOf(events.subList(seen, events.size()));
        }
    }

    /** What a call passes its events to. */
    Source source(ActionId action) {
        return new Source(action, enter(action));
    }

    /** Follows an action's events, from its first, whether it has started or not. */
    public Follower follow(ActionId action) {
        return new Follower(action, enter(action));
    }

    private Shared enter(ActionId action) {
        return open.compute(action, (same, known) -> {
            Shared shared = known == null ? new Shared() : known;
            shared.users++;
            return shared;
        });
    }

    private void leave(ActionId action) {
        open.computeIfPresent(action, (same, shared) -> --shared.users == 0 ? null : shared);
    }

    /** Actions that somebody uses the events of. */
    int inUse() {
        return open.size();
    }

    /** Where a call's events go in. */
    final class Source implements AutoCloseable {
        private final ActionId action;
        private final Shared shared;

        private Source(ActionId action, Shared shared) {
            this.action = action;
            this.shared = shared;
        }

        /** Never waits. */
        void pass(ToolEvent event) {
            shared.add(event);
        }

        @Override
        public void close() {
            leave(action);
        }
    }

    /** Where they come out, in order. */
    public final class Follower implements AutoCloseable {
        private final ActionId action;
        private final Shared shared;

        private Follower(ActionId action, Shared shared) {
            this.action = action;
            this.shared = shared;
        }

        /** What came after the first so many; waits a while for more, and is empty then. */
        public List<ToolEvent> after(int seen, long millis) throws InterruptedException {
            return shared.after(seen, millis);
        }

        @Override
        public void close() {
            leave(action);
        }
    }
}
