package platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * All sources look the same, so that a diff shows what was meant. {@code mvn test -Dtest=FormatTest -Dformat.apply=true}
 * formats them.
 */
class FormatTest {

    private static final boolean APPLY = Boolean.getBoolean("format.apply");

    private final Formatter formatter = Formatter.createFormatter(
            JavaFormatterOptions.builder().style(Style.PALANTIR).build());

    @Test
    void every_source_is_formatted() throws IOException, FormatterException {
        List<Path> unformatted = new ArrayList<>();
        for (Path source : sources()) {
            String found = Files.readString(source);
            String formatted = formatter.formatSource(found);
            if (APPLY) {
                // What was wrapped by hand may need a second pass to settle.
                Files.writeString(source, formatter.formatSource(formatted));
            } else if (!found.equals(formatted)) {
                unformatted.add(source);
            }
        }
        assertThat(unformatted)
                .as("mvn test -Dtest=FormatTest -Dformat.apply=true formats them")
                .isEmpty();
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }
}
