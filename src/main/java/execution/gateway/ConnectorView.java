package execution.gateway;

import java.time.Instant;
import tools.jackson.databind.JsonNode;

/**
 * A connector as its tenant sees it.
 *
 * @param version 1, 2, 3 …; the ETag, and what If-Match must name to change it
 * @param digest SHA-256 over the canonical document, lower-case hex
 */
record ConnectorView(String system, long version, String digest, Instant definedAt, JsonNode document) {}
