package execution.gateway;

import com.google.re2j.Matcher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import secrets.Concealed;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes out of what comes back what must stay here: the values that were lent for the call, however they are written,
 * and whatever looks like a key. What is JSON stays JSON. Counts what it took out; for one call, by one thread.
 */
final class Redactor {

    static final String PLACE = "[redacted]";

    private static final String LEASED = "leased_value";
    private static final int MOST_TOLD = 50;
    private static final int LONGEST_POINTER = 200;

    private final List<Spellings> leased = new ArrayList<>();
    private final Map<Place, Integer> counts = new LinkedHashMap<>();

    private record Place(String kind, String pointer) {}

    /** A part of a text that goes. */
    private record Span(int from, int to, String kind) {}

    /** From now on these are looked for too. */
    void add(Collection<Concealed> secrets) {
        for (Concealed secret : secrets) {
            if (secret.reveal().length() >= Spellings.SHORTEST) {
                Spellings spellings = Spellings.of(secret.reveal());
                if (!leased.contains(spellings)) {
                    leased.add(spellings);
                }
            }
        }
    }

    /** What was taken out, in all that this has seen. */
    List<Redaction> redactions() {
        return counts.entrySet().stream()
                .map(count ->
                        new Redaction(count.getKey().kind(), count.getKey().pointer(), count.getValue()))
                .toList();
    }

    /** The same tools of a server, without. */
    List<JsonNode> tools(List<JsonNode> tools) {
        return tools.stream()
                .map(tool -> CanonicalJson.read(json(tool.toString(), "/tools"), "/tools"))
                .toList();
    }

    /** @param at pointer of the text */
    String text(String text, String at) {
        List<Span> spans = spans(text);
        if (spans.isEmpty()) {
            return text;
        }
        var clean = new StringBuilder(text.length());
        int kept = 0;
        for (int i = 0; i < spans.size(); ) {
            Span first = spans.get(i);
            int end = first.to();
            count(first.kind(), at);
            for (i++; i < spans.size() && spans.get(i).from() < end; i++) {
                end = Math.max(end, spans.get(i).to());
            }
            clean.append(text, kept, first.from()).append(PLACE);
            kept = end;
        }
        return clean.append(text, kept, text.length()).toString();
    }

    /**
     * @param json a document
     * @param at pointer of the document
     */
    String json(String json, String at) {
        // Without an escape, what is in a value is in the text as it is.
        if (json.indexOf('\\') < 0 && spans(json).isEmpty()) {
            return json;
        }
        int before = counts.values().stream().mapToInt(Integer::intValue).sum();
        JsonNode clean = clean(CanonicalJson.read(json, at), at);
        int after = counts.values().stream().mapToInt(Integer::intValue).sum();
        return before == after ? json : clean.toString();
    }

    private JsonNode clean(JsonNode node, String at) {
        return switch (node) {
            case ObjectNode object -> {
                ObjectNode clean = JsonNodeFactory.instance.objectNode();
                object.properties().forEach(member -> {
                    String name = text(member.getKey(), at);
                    while (clean.has(name)) {
                        name += "_";
                    }
                    clean.set(name, clean(member.getValue(), CanonicalJson.below(at, name)));
                });
                yield clean;
            }
            case ArrayNode array -> {
                ArrayNode clean = JsonNodeFactory.instance.arrayNode();
                for (int i = 0; i < array.size(); i++) {
                    clean.add(clean(array.get(i), at + "/" + i));
                }
                yield clean;
            }
            default -> scalar(node, at);
        };
    }

    private JsonNode scalar(JsonNode node, String at) {
        if (!node.isString() && !node.isNumber()) {
            return node;
        }
        String text = node.asString();
        String clean = text(text, at);
        return clean.equals(text) ? node : JsonNodeFactory.instance.stringNode(clean);
    }

    private void count(String kind, String at) {
        String pointer = at.length() <= LONGEST_POINTER ? at : at.substring(0, LONGEST_POINTER);
        var place = new Place(kind, pointer);
        // What does not fit the list is still counted.
        counts.merge(
                counts.size() < MOST_TOLD || counts.containsKey(place) ? place : new Place(kind, ""), 1, Integer::sum);
    }

    /** In the order of their starts. */
    private List<Span> spans(String text) {
        List<Span> spans = new ArrayList<>();
        for (Spellings spellings : leased) {
            spellings.plain().forEach(spelled -> find(spelled, text, false, spans));
            spellings.base64().forEach(spelled -> find(spelled, text, true, spans));
        }
        for (KeyPattern key : KeyPattern.values()) {
            if (key.mayBeIn(text)) {
                Matcher matcher = key.pattern().matcher(text);
                while (matcher.find()) {
                    spans.add(new Span(matcher.start(), matcher.end(), key.word()));
                }
            }
        }
        spans.sort(Comparator.comparingInt(Span::from));
        return spans;
    }

    private static void find(String spelled, String text, boolean widened, List<Span> spans) {
        int end = 0;
        for (int at = text.indexOf(spelled); at >= 0; at = text.indexOf(spelled, end)) {
            int from = at;
            end = at + spelled.length();
            if (widened) {
                // The characters at its ends hold bits of it too.
                while (from > 0 && inBase64(text.charAt(from - 1))) {
                    from--;
                }
                while (end < text.length() && inBase64(text.charAt(end))) {
                    end++;
                }
            }
            spans.add(new Span(from, end, LEASED));
        }
    }

    private static boolean inBase64(char c) {
        return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || "+/=-_".indexOf(c) >= 0;
    }
}
