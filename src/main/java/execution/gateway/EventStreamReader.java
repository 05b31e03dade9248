package execution.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events as the HTML standard says, up to so many bytes and events. */
final class EventStreamReader {

    private final InputStream in;
    private final int mostBytes;
    private final int mostEvents;
    private int read;
    private boolean afterReturn;

    EventStreamReader(InputStream in, int mostBytes, int mostEvents) {
        this.in = in;
        this.mostBytes = mostBytes;
        this.mostEvents = mostEvents;
    }

    /** What goes beyond the bounds. */
    private static final class TooMuch extends IOException {
        private static final long serialVersionUID = 1;
    }

    /**
     * @param passes told of each event as soon as it is there
     * @return all of them; empty if there is more than the bounds allow
     */
    Optional<List<ToolEvent>> all(Consumer<ToolEvent> passes) throws IOException {
        return all(passes, event -> false);
    }

    /**
     * @param passes told of each event as soon as it is there
     * @param last whether nothing after this event is waited for
     * @return all of them; empty if there is more than the bounds allow
     */
    Optional<List<ToolEvent>> all(Consumer<ToolEvent> passes, Predicate<ToolEvent> last) throws IOException {
        List<ToolEvent> events = new ArrayList<>();
        String type = "";
        String id = null;
        StringBuilder data = null;
        try {
            for (String line = line(); line != null; line = line()) {
                if (line.isEmpty()) {
                    if (data != null) {
                        if (events.size() == mostEvents) {
                            return Optional.empty();
                        }
                        var event = new ToolEvent(type.isEmpty() ? "message" : type, data.toString(), id);
                        events.add(event);
                        passes.accept(event);
                        if (last.test(event)) {
                            return Optional.of(events);
                        }
                    }
                    type = "";
                    data = null;
                    continue;
                }
                int colon = line.indexOf(':');
                String field = colon < 0 ? line : line.substring(0, colon);
                String value = colon < 0 ? "" : line.substring(colon + 1);
                value = value.startsWith(" ") ? value.substring(1) : value;
                switch (field) {
                    case "event" -> type = value;
                    case "id" -> id = value.indexOf('\0') < 0 ? value : id;
                    case "data" ->
                        data = data == null
                                ? new StringBuilder(value)
                                : data.append('\n').append(value);
                    default -> {
                        // a comment, a reconnection time, or nothing that is known
                    }
                }
            }
            return Optional.of(events);
        } catch (TooMuch beyond) {
            return Optional.empty();
        }
    }

    /** The next line; null at the end. What stands after the last line's end is no line. */
    private @Nullable String line() throws IOException {
        var line = new ByteArrayOutputStream(128);
        while (true) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            if (++read > mostBytes) {
                throw new TooMuch();
            }
            boolean second = afterReturn && next == '\n';
            afterReturn = next == '\r';
            if (second) {
                continue;
            }
            if (next == '\n' || next == '\r') {
                return text(line.toByteArray());
            }
            line.write(next);
        }
    }

    private String text(byte[] line) throws IOException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
            return read == line.length + 1 && text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException broken) {
            // As the standard says: what is no UTF-8 is replaced.
            return new String(line, StandardCharsets.UTF_8);
        }
    }
}
