package platform;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The forms in which a text of letters may be found again: plain, hexadecimal, and Base64 of every alignment. */
record Tracks(List<byte[]> forms) {

    /** What of the mark is sure to be in an encoding of any text that holds it. */
    static Tracks of(String mark) {
        List<String> forms = new ArrayList<>();
        forms.add(mark);
        String hex = HexFormat.of().formatHex(mark.getBytes(StandardCharsets.US_ASCII));
        forms.add(hex);
        forms.add(hex.toUpperCase(Locale.ROOT));
        for (int before = 0; before < 3; before++) {
            String encoded = Base64.getEncoder()
                    .withoutPadding()
                    .encodeToString(("?".repeat(before) + mark).getBytes(StandardCharsets.US_ASCII));
            // The first characters depend on what stands before, the last one on what follows.
            int from = before == 0 ? 0 : before + 1;
            forms.add(encoded.substring(from, (before + mark.length()) * 8 / 6));
        }
        return new Tracks(forms.stream()
                .map(form -> form.getBytes(StandardCharsets.US_ASCII))
                .toList());
    }

    /** The form in which it is in these bytes. */
    Optional<String> in(byte[] bytes) {
        return in(bytes, bytes.length);
    }

    /** The same over a stream of any length; reads it to its end. */
    Optional<String> in(InputStream stream) throws IOException {
        int longest = forms.stream().mapToInt(form -> form.length).max().orElseThrow();
        byte[] window = new byte[1 << 20];
        Optional<String> found = Optional.empty();
        int kept = 0;
        for (int read = stream.read(window, 0, window.length);
                read >= 0;
                read = stream.read(window, kept, window.length - kept)) {
            int filled = kept + read;
            if (found.isEmpty()) {
                found = in(window, filled);
            }
            kept = Math.min(filled, longest - 1);
            System.arraycopy(window, filled - kept, window, 0, kept);
        }
        return found;
    }

    private Optional<String> in(byte[] bytes, int length) {
        return forms.stream()
                .filter(form -> contains(bytes, length, form))
                .map(form -> new String(form, StandardCharsets.US_ASCII))
                .findFirst();
    }

    private static boolean contains(byte[] bytes, int length, byte[] form) {
        byte first = form[0];
        for (int at = 0; at <= length - form.length; at++) {
            if (bytes[at] == first && Arrays.equals(bytes, at, at + form.length, form, 0, form.length)) {
                return true;
            }
        }
        return false;
    }
}
