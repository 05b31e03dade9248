package execution.authzen;

import execution.Rehearsals.Question;
import execution.gateway.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.AgentId;
import tenancy.Identifiers;
import tenancy.InvalidField;
import tenancy.Target;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * One access evaluation request, read by hand because what it does not know it ignores: subject, action, resource and
 * context, each from the evaluation itself or from the defaults around it.
 *
 * @param at JSON pointer to the evaluation, for what is wrong with it
 * @param defaults absent where there are none
 */
record AccessRequest(String at, JsonNode own, @Nullable JsonNode defaults) {

    /** A resource of this type is a connector as a whole, named by its id. */
    static final String SYSTEM = "system";

    private static final String AGENT = "agent";
    private static final String RECORD = "record_id";
    private static final int MOST_FIELDS = 20;
    private static final int LONGEST_VALUE = 400;
    private static final int MOST_DATA_CLASSES = 20;

    /**
     * What the agent would ask for.
     *
     * @throws InvalidField for what is missing or of another type
     */
    Question question(TenantId tenant) {
        JsonNode subject = entity("subject");
        JsonNode action = entity("action");
        JsonNode resource = entity("resource");
        String type = text("/subject/type", subject.path("type"));
        if (!type.equals(AGENT)) {
            throw wrong("/subject/type", "unknown_type", "must be agent");
        }
        JsonNode properties = object("/action/properties", action.path("properties"));
        JsonNode context = context();
        return new Question(
                new AgentId(tenant, text("/subject/id", subject.path("id"))),
                Identifiers.check("action/name", text("/action/name", action.path("name"))),
                target(resource),
                object("/action/properties/arguments", properties.path("arguments"))
                        .toString(),
                dataClasses(context.path("data_classes")),
                model(context.path("model")),
                tokens(context.path("estimated_tokens")));
    }

    /** The record is the target's {@code record_id}; fields of its properties are the target's other fields. */
    private Target target(JsonNode resource) {
        Map<String, String> fields = new LinkedHashMap<>();
        String type = Identifiers.check("resource/type", text("/resource/type", resource.path("type")));
        String id = text("/resource/id", resource.path("id"));
        String system = type.equals(SYSTEM) ? Identifiers.check("resource/id", id) : type;
        JsonNode properties = object("/resource/properties", resource.path("properties"));
        if (properties.size() > MOST_FIELDS) {
            throw wrong("/resource/properties", "size", "must have at most " + MOST_FIELDS + " fields");
        }
        if (!id.equals(system)) {
            fields.put(RECORD, id);
        }
        properties
                .properties()
                .forEach(field ->
                        fields.put(field.getKey(), text("/resource/properties/" + field.getKey(), field.getValue())));
        return new Target(system, fields);
    }

    private JsonNode entity(String name) {
        JsonNode found = own.path(name);
        if (found.isMissingNode() && defaults != null) {
            found = defaults.path(name);
        }
        if (!found.isObject()) {
            throw wrong("/" + name, "required", "must be there and an object");
        }
        return found;
    }

    private JsonNode context() {
        JsonNode found = own.path("context");
        if (found.isMissingNode() && defaults != null) {
            found = defaults.path("context");
        }
        return object("/context", found);
    }

    /** Absent is empty. */
    private JsonNode object(String pointer, JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (!value.isObject()) {
            throw wrong(pointer, "wrong_type", "must be an object");
        }
        return value;
    }

    private String text(String pointer, JsonNode value) {
        if (value.isString()) {
            String text = value.asString();
            if (!text.isEmpty()
                    && text.length() <= LONGEST_VALUE
                    && text.chars().noneMatch(Character::isISOControl)) {
                return text;
            }
        }
        throw wrong(pointer, "wrong_type", "must be a string of 1 to " + LONGEST_VALUE + " characters");
    }

    private List<String> dataClasses(JsonNode value) {
        List<String> classes = new ArrayList<>();
        if (value.isMissingNode() || value.isNull()) {
            return classes;
        }
        if (!value.isArray() || value.size() > MOST_DATA_CLASSES) {
            throw wrong("/context/data_classes", "wrong_type", "must be a list of at most " + MOST_DATA_CLASSES);
        }
        for (int i = 0; i < value.size(); i++) {
            String pointer = "/context/data_classes/" + i;
            classes.add(Identifiers.check(pointer.substring(1), text(pointer, value.get(i))));
        }
        return classes;
    }

    private @Nullable String model(JsonNode value) {
        return value.isMissingNode() || value.isNull()
                ? null
                : Identifiers.check("context/model", text("/context/model", value));
    }

    private long tokens(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return 0;
        }
        if (!value.isIntegralNumber() || value.asLong() < 0 || value.asLong() > Operation.MOST_TOKENS) {
            throw wrong("/context/estimated_tokens", "range", "must be from 0 to " + Operation.MOST_TOKENS);
        }
        return value.asLong();
    }

    private InvalidField wrong(String pointer, String rule, String detail) {
        return new InvalidField(at + pointer, rule, detail);
    }
}
