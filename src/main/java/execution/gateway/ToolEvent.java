package execution.gateway;

import org.jspecify.annotations.Nullable;

/**
 * One event of a target's event stream.
 *
 * @param type as the target named it; {@code message} where it did not
 * @param data lines joined by line feeds
 * @param id the target's own; absent where it gave none
 */
public record ToolEvent(String type, String data, @Nullable String id) {}
