package execution.gateway;

import com.google.re2j.Pattern;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.SchemaContext;
import com.networknt.schema.format.Format;
import java.util.Map;
import java.util.Set;

/**
 * The formats that are checked, each with the longest text that can be one. The library's are recursive expressions,
 * which a long text drives out of the stack, or refuse one with an exception. Others are refused: they would be words
 * without effect.
 */
final class Formats {

    private static final int LONGEST_TIME = 64;
    private static final int LONGEST_TEXT = 2_000;
    private static final String POINTER = "json-pointer";
    /** RFC 6901, section 3. */
    private static final Pattern POINTERS = Pattern.compile("(?:/(?:[^/~]|~[01])*)*");

    /** Mail addresses by RFC 5321 (4.5.3.1.3), host names by RFC 1035 (2.3.4). */
    private static final Map<String, Integer> LONGEST = Map.ofEntries(
            Map.entry("date", LONGEST_TIME),
            Map.entry("date-time", LONGEST_TIME),
            Map.entry("time", LONGEST_TIME),
            Map.entry("duration", LONGEST_TIME),
            Map.entry("email", 254),
            Map.entry("hostname", 253),
            Map.entry("ipv4", 15),
            Map.entry("ipv6", 45),
            Map.entry("uri", LONGEST_TEXT),
            Map.entry("uuid", 36),
            Map.entry(POINTER, LONGEST_TEXT));

    private Formats() {}

    static Set<String> names() {
        return LONGEST.keySet();
    }

    /** The same format, of texts that are not too long for it. */
    static Format bounded(String name, Format format) {
        return new Bounded(format, LONGEST.getOrDefault(name, LONGEST_TEXT));
    }

    private record Bounded(Format format, int longest) implements Format {

        @Override
        public String getName() {
            return format.getName();
        }

        @Override
        public String getMessageKey() {
            return format.getMessageKey();
        }

        @Override
        public boolean matches(ExecutionContext context, SchemaContext schema, String text) {
            if (text.length() > longest) {
                return false;
            }
            return getName().equals(POINTER) ? POINTERS.matcher(text).matches() : format.matches(context, schema, text);
        }
    }
}
