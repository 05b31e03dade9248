package execution.gateway;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Revisions of the Model Context Protocol that are spoken, over Streamable HTTP. */
enum McpRevision {
    /** With sessions: they begin with a handshake. */
    SESSIONS("2025-11-25"),

    /** Without: each request says all there is to know. */
    STATELESS("2026-07-28");

    private final String text;

    McpRevision(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    static @Nullable McpRevision of(String text) {
        return Arrays.stream(values())
                .filter(revision -> revision.text.equals(text))
                .findFirst()
                .orElse(null);
    }
}
