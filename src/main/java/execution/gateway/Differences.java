package execution.gateway;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What differs between two descriptions of an operation, to be read by people: bounded, in the order of the first. */
final class Differences {

    private static final int MOST = 50;
    private static final int LONGEST = 300;

    private final List<Change> changes = new ArrayList<>();
    private int more;

    private Differences() {}

    /** The members of one are compared with those of the other; objects member by member, all else as a whole. */
    static Differences between(JsonNode before, JsonNode after) {
        var found = new Differences();
        for (String member : names(before, after)) {
            found.compare(member, "", before.path(member), after.path(member));
        }
        return found;
    }

    List<Change> changes() {
        return List.copyOf(changes);
    }

    /** How many there are beside. */
    int more() {
        return more;
    }

    /** That there is a difference where none can be shown: in what the platform does not keep of a description. */
    void unseen(String before, String after) {
        if (changes.isEmpty()) {
            changes.add(new Change("upstream", "/digest", before, after));
        }
    }

    private void compare(String in, String at, JsonNode before, JsonNode after) {
        if (before.equals(after)) {
            return;
        }
        if (before.isObject() && after.isObject()) {
            for (String member : names(before, after)) {
                compare(in, CanonicalJson.below(at, member), before.path(member), after.path(member));
            }
        } else if (changes.size() < MOST) {
            changes.add(new Change(in, at, words(before), words(after)));
        } else {
            more++;
        }
    }

    private static Set<String> names(JsonNode before, JsonNode after) {
        Set<String> names = new LinkedHashSet<>();
        before.properties().forEach(member -> names.add(member.getKey()));
        after.properties().forEach(member -> names.add(member.getKey()));
        return names;
    }

    private static @Nullable String words(JsonNode value) {
        if (value.isMissingNode()) {
            return null;
        }
        String words = value.isString() ? value.stringValue() : value.toString();
        return words.length() <= LONGEST ? words : words.substring(0, LONGEST) + "…";
    }
}
