package platform;

import io.swagger.v3.oas.annotations.Hidden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.HtmlUtils;
import tenancy.NotFound;

/** Where the {@code type} of a problem leads: its line in {@code docs/problems.md}, for whoever has no copy at hand. */
@Hidden
@RestController
class ProblemsEndpoint {

    private static final String PAGE = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>%1$s</title></head>
        <body><h1><code>%1$s</code></h1><p>HTTP %2$s</p><p>%3$s</p><p>%4$s</p></body></html>
        """;
    private static final int CELLS = 4;

    private final List<List<String>> rows;

    ProblemsEndpoint() {
        this.rows = read().lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> List.of(line.substring(1, line.lastIndexOf('|')).split("\\|")))
                .filter(cells -> cells.size() == CELLS)
                .map(cells -> cells.stream().map(String::strip).toList())
                .toList();
    }

    @GetMapping(path = "/problems/{code}", produces = MediaType.TEXT_HTML_VALUE)
    String show(@PathVariable String code) {
        return rows.stream()
                .filter(cells -> cells.getFirst().equals("`" + code + "`"))
                .findFirst()
                .map(cells -> PAGE.formatted(code, escaped(cells.get(1)), escaped(cells.get(2)), escaped(cells.get(3))))
                .orElseThrow(() -> new NotFound("problem", "of this code"));
    }

    private static String escaped(String cell) {
        return HtmlUtils.htmlEscape(cell.replace("`", ""), StandardCharsets.UTF_8.name());
    }

    private static String read() {
        try {
            return new ClassPathResource("docs/problems.md").getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException missing) {
            throw new UncheckedIOException("docs/problems.md is not packaged", missing);
        }
    }
}
