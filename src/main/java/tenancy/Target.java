package tenancy;

import java.util.Map;

/**
 * What an action is aimed at.
 *
 * @param system the connector's key, such as {@code zendesk}
 * @param fields what else the envelope's target said, such as {@code record_id}; values are strings
 */
public record Target(String system, Map<String, String> fields) {

    public Target {
        fields = Map.copyOf(fields);
    }
}
