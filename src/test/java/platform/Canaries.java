package platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;

/**
 * Secret values that give themselves away. All of them start with one mark, so that whoever looks for the mark finds any
 * of them: plain, in Base64 of every alignment, and in hexadecimal. Letters alone, so URL encoding changes nothing.
 */
public final class Canaries {

    private static final String MARK = "fbkcanary";
    private static final Path PLANTED = Path.of("target", "canaries-planted.txt");
    private static final Path FOUND = Path.of("target", "canaries-found.txt");

    /** What to look for. */
    static final Tracks TRACKS = Tracks.of(MARK);

    private Canaries() {}

    /**
     * A secret value to be kept, of which nothing may ever be seen again.
     *
     * @param slot where it is put, such as {@code api_key}
     */
    public static String plant(String slot) {
        String canary = MARK + "x" + slot.replaceAll("[^a-z]", "") + "x"
                + UUID.randomUUID().toString().replace("-", "");
        note(PLANTED, slot + " " + canary);
        return canary;
    }

    /** Notes it if one of them can be seen here: then the build fails after all tests. */
    static void watch(String where, CharSequence text) {
        TRACKS.in(text.toString().getBytes(StandardCharsets.UTF_8)).ifPresent(form -> note(FOUND, where + ": " + form));
    }

    /** What was planted so far, by whatever JVM of this build. */
    static List<String> planted() {
        return lines(PLANTED);
    }

    /** Where one was seen, by whatever JVM of this build. */
    static List<String> found() {
        return lines(FOUND);
    }

    /** For the next build in this directory. */
    static void forget() throws IOException {
        Files.deleteIfExists(PLANTED);
        Files.deleteIfExists(FOUND);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void note(Path file, String line) {
        try {
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
