package policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The published schema and the record that is read say the same. */
class PolicySchemaTest {

    private final JsonMapper json = new JsonMapper();
    private final String text = read(SchemaEndpoint.SCHEMA);
    private final JsonNode tree = json.readTree(text);
    private final Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(text, InputFormat.JSON);

    @Test
    void names_every_field_of_the_record_and_no_other() {
        same(PolicyDocument.class, "");
        same(PolicyDocument.Rule.class, "/$defs/rule");
        same(PolicyDocument.Approvers.class, "/$defs/rule/properties/approval");
        same(PolicyDocument.Question.class, "/$defs/rule/properties/check");
        same(PolicyDocument.Destinations.class, "/properties/destinations");
        same(PolicyDocument.Choice.class, "/$defs/choice");
        same(PolicyDocument.Records.class, "/properties/records");
    }

    @Test
    void the_demos_documents_are_valid() {
        JsonNode tenants = json.readTree(read("demo/demo.json")).path("tenants");
        assertThat(tenants.size()).isPositive();
        tenants.forEach(
                tenant -> assertThat(faults(tenant.path("policy").toString())).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"rule\":[]}",
                "{\"rules\":[{\"id\":\"a\",\"effect\":\"permit\",\"operations\":[\"*\"]}]}",
                "{\"rules\":[{\"id\":\"a\",\"effect\":\"deny\"}]}",
                "{\"rules\":[{\"id\":\"a\",\"effect\":\"deny\",\"operations\":[]}]}",
                "{\"model_tokens\":{\"a\":-1}}"
            })
    void what_cannot_be_meant_is_not(String document) {
        assertThat(faults(document)).isNotEmpty();
    }

    private List<?> faults(String document) {
        return schema.validate(document, InputFormat.JSON);
    }

    private void same(Class<? extends Record> type, String at) {
        assertThat(tree.at(at).path("properties").propertyNames())
                .as(type.getSimpleName())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(type.getRecordComponents())
                        .map(component ->
                                component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
                        .toList());
    }

    private static String read(String resource) {
        try {
            return new ClassPathResource(resource).getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }
}
