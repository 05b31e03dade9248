package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands of docs/quickstart.md do what the page says, in the order in which it has them. */
@PlatformTest
class QuickstartTest {

    private static final Pattern COMMANDS = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
    private static final Pattern KEY = Pattern.compile("\"api_key\":\"([^\"]+)\"");
    private static final String ADDRESS = "http://127.0.0.1:8080";

    private final Given given;
    private final Environment environment;

    @Autowired
    QuickstartTest(Given given, Environment environment) {
        this.given = given;
        this.environment = environment;
    }

    @Test
    void every_step_works() throws Exception {
        List<String> steps = steps();
        String functions = steps.removeFirst();
        Map<String, String> keys = new HashMap<>();
        keys.put("OPERATOR", String.valueOf(given.operator().credential()));
        String last = "";
        for (String step : steps) {
            last = run(functions + step, keys);
            assertThat(last).as(step).isNotBlank().doesNotContain("/problems/");
            Matcher key = KEY.matcher(last);
            if (key.find()) {
                keys.put(keys.containsKey("ADMIN") ? "AGENT" : "ADMIN", key.group(1));
            }
        }

        JsonNode answer = new JsonMapper().readTree(last);
        // The page's target does not exist, so nothing left the platform; the action was admitted and journaled.
        assertThat(answer.path("state").asString("")).isEqualTo("failed");
        assertThat(answer.path("action_id").asString("")).startsWith("act_");
    }

    private List<String> steps() throws IOException {
        String page = Files.readString(Path.of("docs/quickstart.md"))
                .replace(ADDRESS, "http://127.0.0.1:" + environment.getRequiredProperty("local.server.port"));
        List<String> steps = new ArrayList<>();
        Matcher commands = COMMANDS.matcher(page);
        while (commands.find()) {
            steps.add(commands.group(1));
        }
        return steps;
    }

    private static String run(String commands, Map<String, String> keys) throws IOException, InterruptedException {
        var shell = new ProcessBuilder("bash", "-euc", commands).redirectErrorStream(true);
        shell.environment().putAll(keys);
        Process process = shell.start();
        try (var output = process.getInputStream()) {
            String said = new String(output.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(said).isZero();
            return said;
        } finally {
            process.destroyForcibly();
        }
    }
}
