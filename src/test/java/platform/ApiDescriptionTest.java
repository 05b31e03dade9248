package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** The OpenAPI document says what the API does, and the page that shows it asks nobody else. */
@PlatformTest
class ApiDescriptionTest {

    private final TestClient anybody;

    @Autowired
    ApiDescriptionTest(Given given) {
        this.anybody = given.anybody();
    }

    @Test
    void is_openapi_3_1_with_relative_servers_and_a_bearer_credential() {
        JsonNode api = document();
        assertThat(api.at("/openapi").asString()).startsWith("3.1");
        assertThat(api.at("/servers/0/url").asString()).isEqualTo("/");
        assertThat(api.at("/components/securitySchemes/bearer/scheme").asString())
                .isEqualTo("bearer");
        assertThat(api.at("/paths").propertyNames()).isNotEmpty().allMatch(path -> path.startsWith("/v1/"));
    }

    @Test
    void names_properties_and_enums_as_json_does() {
        JsonNode schemas = document().at("/components/schemas");
        List<String> odd = new ArrayList<>();
        schemas.properties().forEach(schema -> {
            for (String property : schema.getValue().path("properties").propertyNames()) {
                if (!Pattern.matches("[a-z][a-z0-9_]*", property)) {
                    odd.add(schema.getKey() + "." + property);
                }
            }
        });
        assertThat(odd).isEmpty();
        assertThat(schemas.at("/NewWorkspace/properties").propertyNames()).contains("workspace_id");
        assertThat(schemas.at("/NewWorkspace/required").toString()).contains("workspace_id", "name");
    }

    @Test
    void shows_the_problem_that_every_operation_may_answer_with_and_no_argument_of_ours() {
        JsonNode list = document().at("/paths/~1v1~1workspaces/get");
        assertThat(list.at("/responses/default/content/application~1problem+json/schema/$ref")
                        .asString())
                .isEqualTo("#/components/schemas/Problem");
        List<String> parameters = new ArrayList<>();
        list.path("parameters")
                .forEach(parameter -> parameters.add(parameter.path("name").asString()));
        assertThat(parameters).containsExactlyInAnyOrder("limit", "cursor", "tenant");
    }

    @Test
    void the_page_loads_nothing_from_elsewhere() {
        var redirect = anybody.get("/docs").expect(302);
        assertThat(redirect.header("Location")).endsWith("/swagger-ui/index.html");
        for (String file : List.of("/swagger-ui/index.html", "/swagger-ui/swagger-initializer.js")) {
            assertThat(anybody.get(file).expect(200).body())
                    .doesNotContain("https://")
                    .doesNotContain("http://");
        }
        assertThat(anybody.get("/openapi.json/swagger-config").expect(200).at("/validatorUrl"))
                .isEmpty();
    }

    private JsonNode document() {
        return anybody.get("/openapi.json").expect(200).json();
    }
}
