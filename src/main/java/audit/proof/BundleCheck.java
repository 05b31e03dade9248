package audit.proof;

import audit.proof.Checkpoint.VerifierKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code verify <bundle> [--key <verifier key>] [--known <file of an earlier checkpoint>]}: checks a journal's bundle
 * offline. Ends with 0 if it is whole, 1 if it is not, 2 if it was asked wrongly.
 */
public final class BundleCheck {

    private static final String USAGE =
            "verify <bundle.ndjson> [--key <name+hint+key>] [--known <file with an earlier checkpoint>]";

    private BundleCheck() {}

    /** @return the exit code */
    public static int run(String[] arguments, PrintStream out) {
        @Nullable Path bundle = null;
        @Nullable VerifierKey key = null;
        @Nullable String note = null;
        try {
            for (int at = 0; at < arguments.length; at++) {
                switch (arguments[at]) {
                    case "--key" -> key = VerifierKey.parse(arguments[++at]);
                    case "--known" -> note = Files.readString(Path.of(arguments[++at]));
                    default -> bundle = Path.of(arguments[at]);
                }
            }
            if (bundle == null || note != null && key == null) {
                out.println(note != null && key == null ? "--known needs --key: who signed it?" : USAGE);
                return 2;
            }
            return told(bundle, key, note, out);
        } catch (ArrayIndexOutOfBoundsException incomplete) {
            out.println(USAGE);
            return 2;
        } catch (IllegalArgumentException notAKey) {
            out.println("--key " + notAKey.getMessage());
            return 2;
        } catch (IOException unreadable) {
            out.println("Cannot read: " + unreadable.getMessage());
            return 2;
        }
    }

    private static int told(Path bundle, @Nullable VerifierKey key, @Nullable String note, PrintStream out)
            throws IOException {
        @Nullable Checkpoint known = null;
        if (note != null && key != null) {
            known = Checkpoint.of(note, key).orElse(null);
            if (known == null) {
                out.println("The known checkpoint is not signed by " + key.name());
                return 2;
            }
        }
        try (BufferedReader lines = Files.newBufferedReader(bundle, StandardCharsets.UTF_8)) {
            return switch (new Verification(lines, key, known).result()) {
                case Verification.Result.Whole whole -> {
                    out.printf("Whole: %d entries of %s%n", whole.size(), whole.tenant());
                    if (!whole.trusted()) {
                        out.println(
                                "Signed by the key that the bundle itself names; give --key to be sure whose it is.");
                    }
                    yield 0;
                }
                case Verification.Result.Broken broken -> {
                    out.printf("Broken at entry %d: %s. %s%n", broken.position(), broken.kind(), broken.words());
                    yield 1;
                }
            };
        }
    }
}
