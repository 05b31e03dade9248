package execution;

import execution.gateway.ToolEvent;
import execution.gateway.ToolStreams;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.Caller;
import tenancy.Keys;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Who follows an action's tool as it speaks. They are ended before the web server stops, or the shutdown would wait for
 * them.
 */
@Component
class ActionStreams implements SmartLifecycle {

    private static final int MOST_PER_TENANT = 20;
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final long LOOK_MILLIS = 500;
    private static final int LOOKS_BETWEEN_HEARTBEATS = 10;
    /** Names that are the platform's own. */
    private static final String OURS = "firebreak.";

    private final Actions actions;
    private final ToolStreams streams;
    private final Keys keys;
    private final Clock clock;
    private final ObjectWriter answers;
    private final Map<TenantId, Integer> open = new ConcurrentHashMap<>();
    private volatile boolean running;

    ActionStreams(Actions actions, ToolStreams streams, Keys keys, Clock clock, JsonMapper json) {
        this.actions = actions;
        this.streams = streams;
        this.keys = keys;
        this.clock = clock;
        this.answers = json.writerFor(Answer.class);
    }

    /**
     * Writes what the action's tool sends after the first so many events, until the action has ended, the reader goes, its
     * key is revoked, the platform stops, or the longest time has passed.
     */
    void follow(Caller caller, ActionId id, int seen, HttpServletResponse response)
            throws IOException, InterruptedException {
        ActionView unused = actions.find(id, caller.agent());
        if (open.merge(id.tenant(), 1, Integer::sum) > MOST_PER_TENANT) {
            leave(id.tenant());
            throw new TooManyStreams(MOST_PER_TENANT);
        }
        try (ToolStreams.Follower follower = streams.follow(id)) {
            response.setContentType("text/event-stream");
            response.setHeader("Cache-Control", "no-store");
            follow(caller, id, follower, seen, response.getOutputStream());
        } finally {
            leave(id.tenant());
        }
    }

    private void follow(Caller caller, ActionId id, ToolStreams.Follower follower, int start, OutputStream out)
            throws IOException, InterruptedException {
        Instant end = clock.instant().plus(LONGEST);
        int seen = start;
        write(out, ": following after " + start + "\n\n");
        for (int looks = 1; running && clock.instant().isBefore(end) && keys.inForce(caller); looks++) {
            List<ToolEvent> came = follower.after(seen, LOOK_MILLIS);
            for (ToolEvent event : came) {
                write(out, text(++seen, event.type(), event.data()));
            }
            if (came.isEmpty()) {
                ActionView view = actions.find(id, caller.agent());
                if (view.state().isFinal()) {
                    ended(out, view, seen, follower);
                    return;
                }
                if (looks % LOOKS_BETWEEN_HEARTBEATS == 0) {
                    write(out, ": still here\n\n");
                }
            }
        }
    }

    /** What was not seen live, because another node made the call or it ended long ago, is in the result. */
    private void ended(OutputStream out, ActionView view, int start, ToolStreams.Follower follower)
            throws IOException, InterruptedException {
        int seen = start;
        for (ToolEvent event : follower.after(seen, 1)) {
            write(out, text(++seen, event.type(), event.data()));
        }
        Answer answer = Answer.of(view);
        JsonNode result = answer.outcome() == null ? null : answer.outcome().result();
        if (result != null && result.isArray()) {
            for (int i = seen; i < result.size(); i++) {
                JsonNode event = result.get(i);
                if (event.path("event").isString() && event.has("data")) {
                    JsonNode data = event.path("data");
                    write(
                            out,
                            text(
                                    i + 1,
                                    event.path("event").stringValue(),
                                    data.isString() ? data.stringValue() : data.toString()));
                }
            }
        }
        write(out, "event: " + OURS + "ended\ndata: " + answers.writeValueAsString(answer) + "\n\n");
    }

    private static String text(int id, String type, String data) {
        String name = type.startsWith(OURS) ? "message" : type.replaceAll("[\r\n]", " ");
        return "id: " + id + "\nevent: " + name + "\ndata: " + data.replaceAll("\r\n|\r|\n", "\ndata: ") + "\n\n";
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void leave(TenantId tenant) {
        open.computeIfPresent(tenant, (same, count) -> count > 1 ? count - 1 : null);
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Stopped before the web server, which has a lower phase. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
