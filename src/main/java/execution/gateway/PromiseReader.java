package execution.gateway;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import secrets.HandOut;
import tenancy.Refusal.FieldError;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/** Reads what an operation's description promises, and adds what is wrong with it to the document's faults. */
final class PromiseReader {

    private final JsonNode operation;
    private final JsonNode all;
    private final JsonNode targetSchema;
    private final JsonNode argumentSchema;
    private final String at;
    private final List<FieldError> faults;
    private final @Nullable HandOut handOut;

    /**
     * @param all the document's operations
     * @param at pointer to the operation
     * @param handOut what it hands out; absent if it calls
     */
    PromiseReader(
            JsonNode operation,
            JsonNode all,
            JsonNode targetSchema,
            JsonNode argumentSchema,
            String at,
            List<FieldError> faults,
            @Nullable HandOut handOut) {
        this.handOut = handOut;
        this.operation = operation;
        this.all = all;
        this.targetSchema = targetSchema;
        this.argumentSchema = argumentSchema;
        this.at = at;
        this.faults = faults;
    }

    Promises read() {
        return new Promises(toolError(), probe(), compensation(), declared());
    }

    private @Nullable ToolError toolError() {
        JsonNode error = operation.path("tool_error");
        if (error.isMissingNode()) {
            return null;
        }
        JsonPointer pointer = pointer(error.path("pointer"), at + "/tool_error/pointer");
        JsonNode message = error.path("message");
        return new ToolError(
                pointer,
                error.get("equals"),
                error.path("present").asBoolean(true),
                message.isMissingNode() ? null : pointer(message, at + "/tool_error/message"),
                !error.path("effect").asString("none").equals("unknown"));
    }

    private @Nullable Probe probe() {
        JsonNode probe = operation.path("probe");
        String verify = operation.path("verify").asString("in_doubt");
        if (probe.isMissingNode()) {
            if (operation.has("verify")) {
                faults.add(new FieldError(at + "/verify", "probe", "needs a probe"));
            }
            return null;
        }
        String name = probe.path("operation").stringValue();
        JsonNode read = all.path(name);
        if (!read.path("effect").asString("").equals("read") || read.has("hand_out")) {
            faults.add(new FieldError(
                    at + "/probe/operation", "unknown_operation", "must be a read operation of this connector"));
        }
        if (operation.path("effect").asString("").equals("read")) {
            faults.add(new FieldError(at + "/probe", "effect", "is only for operations that change something"));
        }
        List<Probe.Expectation> expected = new ArrayList<>();
        probe.path("expect").properties().forEach(one -> {
            String here = CanonicalJson.below(at + "/probe/expect", one.getKey());
            JsonNode value = one.getValue();
            expected.add(new Probe.Expectation(
                    pointer(one.getKey(), here),
                    value.isString() ? source(value.stringValue(), here) : null,
                    value.isString() ? null : value.get("const")));
        });
        return new Probe(
                name,
                sources(probe.path("target"), at + "/probe/target"),
                sources(probe.path("arguments"), at + "/probe/arguments"),
                expected,
                verify.equals("always"));
    }

    private @Nullable Compensation compensation() {
        JsonNode compensation = operation.path("compensation");
        if (compensation.isMissingNode()) {
            return null;
        }
        String here = at + "/compensation";
        String name = compensation.path("operation").stringValue();
        if (!all.has(name) || all.path(name).has("hand_out")) {
            faults.add(new FieldError(
                    here + "/operation", "unknown_operation", "must be an operation of this connector that calls it"));
        } else if (all.path(name).path("effect").asString("").equals("read")) {
            faults.add(new FieldError(here + "/operation", "effect", "must be an operation that changes something"));
        } else if (operation.path("effect").asString("").equals("read")) {
            faults.add(new FieldError(here, "effect", "is only for operations that change something"));
        }
        JsonNode before = compensation.path("before");
        if (!before.isMissingNode()) {
            JsonNode read = all.path(before.path("operation").stringValue());
            if (!read.path("effect").asString("").equals("read") || read.has("hand_out")) {
                faults.add(new FieldError(
                        here + "/before/operation", "unknown_operation", "must be a read operation of this connector"));
            }
        }
        return Compensation.read(compensation, targetSchema, argumentSchema, here, faults);
    }

    private Declared declared() {
        JsonNode shown = operation.path("shown_to_approver");
        for (int i = 0; i < shown.size(); i++) {
            Source unused = source(shown.get(i).stringValue(), at + "/shown_to_approver/" + i);
        }
        JsonNode reversible = operation.path("reversible");
        boolean undone = operation.has("compensation");
        if (undone && !reversible.asBoolean(true)) {
            faults.add(new FieldError(at + "/reversible", "compensation", "cannot be false beside a compensation"));
        }
        return new Declared(
                texts(shown),
                operation.has("data_classes_in") ? texts(operation.path("data_classes_in")) : null,
                texts(operation.path("data_classes_out")),
                reversible.isMissingNode() ? (undone ? Boolean.TRUE : null) : (Boolean) reversible.booleanValue(),
                Declared.Token.of(handOut));
    }

    private static List<String> texts(JsonNode list) {
        return list.values().stream().map(JsonNode::stringValue).toList();
    }

    private Map<String, Source> sources(JsonNode named, String where) {
        Map<String, Source> sources = new HashMap<>();
        named.properties()
                .forEach(entry -> sources.put(
                        entry.getKey(),
                        source(entry.getValue().stringValue(), CanonicalJson.below(where, entry.getKey()))));
        return sources;
    }

    private Source source(String words, String where) {
        return Source.read(words, targetSchema, argumentSchema, where, faults);
    }

    private JsonPointer pointer(JsonNode text, String where) {
        return pointer(Objects.requireNonNull(text.stringValue()), where);
    }

    private JsonPointer pointer(String text, String where) {
        try {
            return JsonPointer.compile(text);
        } catch (IllegalArgumentException notAPointer) {
            faults.add(new FieldError(where, "pointer", "must be a JSON pointer into the result"));
            return JsonPointer.empty();
        }
    }
}
