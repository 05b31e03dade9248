package execution;

import execution.gateway.Declared;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What an operation's connector wants approvers to see first, taken from the request. */
final class Shown {

    private static final String TARGET = "target.";
    private static final String ARGUMENT = "arguments.";

    private Shown() {}

    /** By name as the connector spells it, in its order; what the request does not say is not there. */
    static Map<String, JsonNode> of(
            @Nullable Declared declared, Map<String, String> target, @Nullable JsonNode arguments) {
        Map<String, JsonNode> shown = new LinkedHashMap<>();
        if (declared != null) {
            for (String name : declared.shownToApprover()) {
                JsonNode value = value(name, target, arguments);
                if (value != null) {
                    shown.put(name, value);
                }
            }
        }
        return shown;
    }

    private static @Nullable JsonNode value(String name, Map<String, String> target, @Nullable JsonNode arguments) {
        if (name.startsWith(TARGET)) {
            String field = target.get(name.substring(TARGET.length()));
            return field == null ? null : JsonNodeFactory.instance.stringNode(field);
        }
        if (arguments == null) {
            return null;
        }
        return name.startsWith(ARGUMENT) ? arguments.get(name.substring(ARGUMENT.length())) : arguments;
    }
}
