package execution.gateway;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * JSON values as texts that are equal where the values are (JSON Schema 2020-12, section 4.2.2): texts have an order, so
 * that a set of them is quick whatever their hashes are. Unlike {@link CanonicalJson} it takes any number.
 */
final class Spelled {

    private Spelled() {}

    /** An item that is in the array more than once; null if none is, or if it is no array. */
    static @Nullable JsonNode twice(JsonNode array) {
        if (array.isArray()) {
            Set<String> seen = HashSet.newHashSet(array.size());
            for (JsonNode item : array) {
                StringBuilder spelled = new StringBuilder();
                spell(item, spelled);
                if (!seen.add(spelled.toString())) {
                    return item;
                }
            }
        }
        return null;
    }

    private static void spell(JsonNode value, StringBuilder out) {
        switch (value.getNodeType()) {
            case OBJECT -> {
                out.append('{');
                for (String name : new TreeSet<>(value.propertyNames())) {
                    text(name, out);
                    spell(value.get(name), out);
                }
                out.append('}');
            }
            case ARRAY -> {
                out.append('[');
                for (Iterator<JsonNode> items = value.iterator(); items.hasNext(); out.append(',')) {
                    spell(items.next(), out);
                }
                out.append(']');
            }
            case STRING -> text(value.stringValue(), out);
            case NUMBER -> {
                BigDecimal number = value.decimalValue();
                out.append(number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros());
            }
            default -> out.append(value);
        }
    }

    /** With its length, so that no text can look like the end of another. */
    private static void text(String text, StringBuilder out) {
        out.append(text.length()).append('"').append(text);
    }
}
