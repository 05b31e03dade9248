package platform;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** What is documented exists, and what exists is documented. */
class DocumentationTest {

    private static final Path SOURCES = Path.of("src/main/java");

    /** Refusals of actions are answered by their state. */
    private static final Set<String> DECISIONS = Set.of("denied", "throttled", "budget_exceeded", "frozen");

    /** A refusal's code stands beside its kind, or is the first string of one of our exceptions or of a problem. */
    private static final Pattern CODE = Pattern.compile("(?:Kind\\.\\w+,|super\\(|"
            + "new (?:Conflict|Forbidden|Unavailable|Undescribed|VersionConflict|LeaseRefused)\\(|"
            + "Problem\\.of\\(\\s*[\\w.]+,|INVALID =)\\s*\"([a-z][a-z0-9_]+)\"");

    private static final Pattern METER = Pattern.compile(
            "(?:(?:Timer|Counter|Gauge|DistributionSummary|FunctionCounter)\\s*\\.builder|\\.gauge|meters\\.(?:counter|timer|summary)|(?:ADMIT|START|RUN))\\(\\s*\"([a-z][a-z0-9._]+)\"");

    private static final Pattern FIRST_CELL = Pattern.compile("(?m)^\\| `([^`]+)` \\|");

    @Test
    void every_code_has_its_line_and_every_line_its_code() throws IOException {
        Set<String> documented = cells("docs/problems.md", "| code |");
        Set<String> answered = inSources(CODE);
        answered.addAll(DECISIONS);
        assertThat(documented).isEqualTo(answered);
    }

    @Test
    void every_metric_has_its_line_and_every_line_its_metric() throws IOException {
        assertThat(cells("docs/operate.md", "| metric |")).isEqualTo(inSources(METER));
    }

    @Test
    void every_setting_has_its_line_and_every_line_its_setting() throws IOException {
        Set<String> settings = new TreeSet<>();
        for (JavaClass type : new ClassFileImporter().importPath(Path.of("target/classes"))) {
            if (type.isAnnotatedWith(ConfigurationProperties.class)) {
                Class<?> settingsOf = type.reflect();
                collect(
                        settings,
                        settingsOf.getAnnotation(ConfigurationProperties.class).value(),
                        settingsOf);
            }
        }
        assertThat(cells("docs/operate.md", "| setting |")).isEqualTo(settings);
    }

    /** The first cells of all tables that begin with this heading. */
    private static Set<String> cells(String document, String heading) throws IOException {
        return Arrays.stream(Files.readString(Path.of(document)).split("\n\n"))
                .filter(block -> block.startsWith(heading))
                .flatMap(table -> FIRST_CELL.matcher(table).results())
                .map(found -> found.group(1))
                .collect(toCollection(TreeSet::new));
    }

    private static Set<String> inSources(Pattern pattern) throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .flatMap(file ->
                            pattern.matcher(read(file)).results().map(found -> found.group(1)).toList().stream())
                    .collect(toCollection(TreeSet::new));
        }
    }

    private static void collect(Set<String> settings, String prefix, Class<?> type) {
        for (var component : type.getRecordComponents()) {
            String name = prefix + "." + kebab(component.getName());
            if (component.getType().isRecord()) {
                collect(settings, name, component.getType());
            } else {
                settings.add(name);
            }
        }
    }

    private static String kebab(String name) {
        return Pattern.compile("[A-Z]")
                .matcher(name)
                .replaceAll(found -> "-" + found.group().toLowerCase(Locale.ROOT));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
