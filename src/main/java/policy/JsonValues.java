package policy;

import dev.cel.common.values.MutableMapValue;
import dev.cel.common.values.NullValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** JSON as conditions see it: maps, lists, texts, truths, whole numbers where they fit and others where they do not. */
final class JsonValues {

    private static final int LARGEST = 128 * 1024;
    /** As long as it takes to read so many numbers; a field of an object takes as long as four. */
    private static final int MOST_VALUES = 8_192;

    private static final int OF_A_FIELD = 3;
    private static final JsonFactory JSON = new JsonFactory();

    private final JsonParser parser;
    private int left = MOST_VALUES;

    private JsonValues(JsonParser parser) {
        this.parser = parser;
    }

    /** More values than a condition may read. */
    private static final class TooMany extends RuntimeException {

        private static final long serialVersionUID = 1L;

        TooMany() {
            super(null, null, false, false);
        }
    }

    /** Empty for what is larger than a condition may read, or is no JSON. */
    static Optional<Object> of(String json) {
        if (json.length() > LARGEST) {
            return Optional.empty();
        }
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return Optional.empty();
            }
            Object value = new JsonValues(parser).value(first);
            return parser.nextToken() == null ? Optional.of(value) : Optional.empty();
        } catch (JacksonException | TooMany unreadable) {
            return Optional.empty();
        }
    }

    private Object value(JsonToken token) {
        spend(1);
        return switch (token) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> number();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> NullValue.NULL_VALUE;
        };
    }

    /** The interpreter's own kind of map: it walks through all of any other whenever a name leads into it. */
    private Object object() {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            spend(OF_A_FIELD);
            String name = parser.currentName();
            fields.put(name, value(parser.nextToken()));
        }
        return MutableMapValue.create(fields);
    }

    private List<Object> array() {
        List<Object> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            items.add(value(token));
        }
        return items;
    }

    private Number number() {
        return switch (parser.getNumberType()) {
            case INT, LONG -> parser.getLongValue();
            default -> parser.getDoubleValue();
        };
    }

    private void spend(int values) {
        left -= values;
        if (left < 0) {
            throw new TooMany();
        }
    }
}
