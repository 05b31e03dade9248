package tenancy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Lines of comma-separated values (RFC 4180), for those who open them elsewhere. */
public final class Csv {

    /** The media type, which says that the first line names the columns. */
    public static final String TYPE = "text/csv";

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:/ -]*");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+");
    /** With what a spreadsheet begins a formula. */
    private static final String FORMULAS = "=+-@\t\r";

    private Csv() {}

    /** One line with its end; null is an empty value. */
    public static byte[] line(List<? extends @Nullable Object> values) {
        return (values.stream().map(Csv::value).collect(Collectors.joining(",")) + "\r\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String value(@Nullable Object value) {
        String text = value == null ? "" : value.toString();
        if (text.isEmpty()
                || PLAIN.matcher(text).matches()
                || NUMBER.matcher(text).matches()) {
            return text;
        }
        String harmless = FORMULAS.indexOf(text.charAt(0)) < 0 ? text : "'" + text;
        return '"' + harmless.replace("\"", "\"\"") + '"';
    }
}
