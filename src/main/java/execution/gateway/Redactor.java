package execution.gateway;

import com.google.re2j.Matcher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        return text(text, Where.at(at));
    }

    private String text(String text, Where at) {
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
     * Texts that come one after another: a leased value that is split between them goes too, from the first and from all
     * that hold a part of it.
     */
    List<String> texts(List<String> texts, String at) {
        List<String> clean = new ArrayList<>(texts);
        int[] ends = ends(texts);
        // From the last, so that what is taken out moves nothing that is still to be found.
        for (Span span : leasedIn(String.join("", texts)).reversed()) {
            int first = firstPast(ends, span.from());
            if (span.to() <= ends[first]) {
                continue;
            }
            count(LEASED, Where.at(at));
            for (int i = first; i < ends.length && ends[i] - texts.get(i).length() < span.to(); i++) {
                int start = ends[i] - texts.get(i).length();
                String text = clean.get(i);
                int from = Math.max(span.from() - start, 0);
                int to = Math.min(span.to() - start, text.length());
                clean.set(i, text.substring(0, from) + (i == first ? PLACE : "") + text.substring(to));
            }
        }
        return clean.stream().map(text -> text(text, at)).toList();
    }

    private static int[] ends(List<String> texts) {
        int[] ends = new int[texts.size()];
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += texts.get(i).length();
            ends[i] = end;
        }
        return ends;
    }

    /** The first of the ends that lies behind the place. */
    private static int firstPast(int[] ends, int place) {
        int low = 0;
        int high = ends.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ends[middle] > place) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Where in the text a leased value may begin whose end is still to come; its length if nowhere. */
    int begins(String text) {
        int earliest = text.length();
        for (Spellings spellings : leased) {
            for (Set<String> spelled : List.of(spellings.plain(), spellings.base64())) {
                for (String one : spelled) {
                    int at = Math.max(0, text.length() - one.length() + 1);
                    while (at < earliest && !text.regionMatches(at, one, 0, text.length() - at)) {
                        at++;
                    }
                    earliest = Math.min(earliest, at);
                }
            }
        }
        return earliest;
    }

    /** Where whole leased values are in the text, those that touch as one. */
    private List<Span> leasedIn(String text) {
        List<Span> apart = new ArrayList<>();
        for (Span span : spans(text)) {
            Span last = apart.isEmpty() ? null : apart.getLast();
            if (!span.kind().equals(LEASED)) {
                continue;
            }
            if (last != null && span.from() < last.to()) {
                apart.set(apart.size() - 1, new Span(last.from(), Math.max(last.to(), span.to()), LEASED));
            } else {
                apart.add(span);
            }
        }
        return apart;
    }

    /** The first so many of these texts hold no part of a leased value that others of them hold too. */
    int apart(List<String> texts) {
        String whole = String.join("", texts);
        int until = begins(whole);
        List<Span> found = leasedIn(whole);
        boolean moved = true;
        int first = 0;
        while (moved) {
            moved = false;
            first = 0;
            int end = 0;
            while (first < texts.size() && end + texts.get(first).length() <= until) {
                end += texts.get(first).length();
                first++;
            }
            for (Span span : found) {
                if (span.from() < end && span.to() > end) {
                    until = span.from();
                    moved = true;
                }
            }
        }
        return first;
    }

    /**
     * What a stream of events has become as a result: their data as if they were one text.
     *
     * @param json an array of events; what is none is left as it is
     */
    String events(String json, String at) {
        JsonNode events = CanonicalJson.read(json, at);
        List<ObjectNode> told = new ArrayList<>();
        List<String> data = new ArrayList<>();
        for (JsonNode event : events) {
            if (event instanceof ObjectNode object && object.path("data").isString()) {
                told.add(object);
                data.add(object.path("data").stringValue());
            }
        }
        List<String> clean = texts(data, at);
        if (clean.equals(data)) {
            return json;
        }
        for (int i = 0; i < told.size(); i++) {
            told.get(i).put("data", clean.get(i));
        }
        return events.toString();
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
        JsonNode clean = clean(CanonicalJson.read(json, at), Where.at(at));
        int after = counts.values().stream().mapToInt(Integer::intValue).sum();
        return before == after ? json : clean.toString();
    }

    private JsonNode clean(JsonNode node, Where at) {
        return switch (node) {
            case ObjectNode object -> {
                ObjectNode clean = JsonNodeFactory.instance.objectNode();
                Map<String, Integer> alike = new HashMap<>();
                object.properties().forEach(member -> {
                    String redacted = text(member.getKey(), at);
                    String name = redacted;
                    while (clean.has(name)) {
                        name = redacted + "_" + alike.merge(redacted, 1, Integer::sum);
                    }
                    clean.set(name, clean(member.getValue(), at.member(name)));
                });
                yield clean;
            }
            case ArrayNode array -> {
                ArrayNode clean = JsonNodeFactory.instance.arrayNode();
                for (int i = 0; i < array.size(); i++) {
                    clean.add(clean(array.get(i), at.item(i)));
                }
                yield clean;
            }
            default -> scalar(node, at);
        };
    }

    private JsonNode scalar(JsonNode node, Where at) {
        if (!node.isString() && !node.isNumber()) {
            return node;
        }
        String text = node.asString();
        String clean = text(text, at);
        return clean.equals(text) ? node : JsonNodeFactory.instance.stringNode(clean);
    }

    private void count(String kind, Where at) {
        var place = new Place(kind, at.pointer(LONGEST_POINTER));
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
