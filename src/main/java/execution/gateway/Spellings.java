package execution.gateway;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * How one secret text may be written by whoever says it again.
 *
 * @param plain as it is, escaped in JSON, in URLs, in hexadecimal
 * @param base64 what base64 makes of it wherever in a longer text it stands, without the characters that its neighbours
 *     have a part in
 */
record Spellings(Set<String> plain, Set<String> base64) {

    /** Shorter texts are in too many answers by chance. */
    static final int SHORTEST = 6;

    private static final Pattern ESCAPE = Pattern.compile("%[0-9A-F]{2}");

    static Spellings of(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        Set<String> plain = new LinkedHashSet<>();
        plain.add(secret);
        String quoted = JsonNodeFactory.instance.stringNode(secret).toString();
        String escaped = quoted.substring(1, quoted.length() - 1);
        plain.add(escaped);
        plain.add(escaped.replace("/", "\\/"));
        String form = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        String spaced = form.replace("+", "%20");
        String percent = spaced.replace("*", "%2A").replace("%7E", "~");
        for (String url : List.of(form, spaced, percent)) {
            plain.add(url);
            plain.add(ESCAPE.matcher(url).replaceAll(Spellings::lower));
        }
        plain.add(HexFormat.of().formatHex(bytes));
        plain.add(HexFormat.of().withUpperCase().formatHex(bytes));
        return new Spellings(plain, base64(bytes));
    }

    private static String lower(java.util.regex.MatchResult escape) {
        return Matcher.quoteReplacement(escape.group().toLowerCase(Locale.ROOT));
    }

    private static Set<String> base64(byte[] bytes) {
        Set<String> found = new LinkedHashSet<>();
        for (int before = 0; before < 3; before++) {
            byte[] shifted = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, shifted, before, bytes.length);
            // Six bits a character: those that hold a bit of a neighbour are not known.
            int from = (before * 8 + 5) / 6;
            int to = shifted.length * 8 / 6;
            found.add(Base64.getEncoder().encodeToString(shifted).substring(from, to));
            found.add(Base64.getUrlEncoder().encodeToString(shifted).substring(from, to));
        }
        return found;
    }
}
