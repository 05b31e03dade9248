package execution.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import execution.gateway.Drafts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tenancy.Effect;
import tenancy.Refusal;
import tools.jackson.databind.JsonNode;

class OpenApiImportTest {

    private static final String DOCUMENT = """
        openapi: 3.0.3
        info: {title: Tickets, version: "1"}
        servers: [{url: "https://{place}.example.com/v1", variables: {place: {default: eu}}}]
        paths:
          /tickets/{ticketId}:
            parameters:
              - {name: ticketId, in: path, required: true, schema: {type: integer}}
            get:
              operationId: getTicket
              parameters:
                - {name: fields, in: query, schema: {type: array, items: {type: string, enum: [a, b]}}}
                - {name: X-Trace, in: header, schema: {type: string}}
              responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Ticket"}}}}}
            put:
              operationId: replaceTicket
              requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Ticket"}}}}
              responses: {"204": {description: done}}
            delete:
              responses: {"204": {description: done}}
            options: {responses: {}}
          /uploads:
            post:
              operationId: upload
              requestBody: {content: {application/octet-stream: {schema: {type: string, format: binary}}}}
              responses: {"200": {description: done}}
        components:
          schemas:
            Ticket:
              type: object
              required: [id, subject]
              properties:
                id: {type: integer, format: int64, readOnly: true}
                subject: {type: string, minLength: 1, pattern: "^(?!x)"}
                due: {type: string, format: date, nullable: true}
                rank: {type: number, minimum: 0, exclusiveMinimum: true}
                parent: {$ref: "#/components/schemas/Ticket"}
        """;

    private final Draft draft = drafted(DOCUMENT);

    private static Draft drafted(String text) {
        return OpenApiImport.draft("tickets", ImportedText.read(text, "/openapi"), null);
    }

    private JsonNode operation(String name) {
        return draft.document().path("operations").path(name);
    }

    @ParameterizedTest
    @CsvSource({"get_ticket, READ", "replace_ticket, WRITE", "delete_tickets_ticket_id, HIGH_RISK"})
    void the_effect_is_guessed_from_the_method_and_told(String name, Effect effect) {
        assertThat(draft.operations()).anySatisfy(guess -> {
            assertThat(guess.operation()).isEqualTo(name);
            assertThat(guess.effect()).isEqualTo(effect);
            assertThat(guess.why()).isNotBlank();
        });
        assertThat(operation(name).path("effect").asString()).isEqualToIgnoringCase(effect.name());
    }

    @Test
    void a_draft_is_a_connector_that_could_be_put_in_force() {
        assertThat(Drafts.faults(draft.document())).isEmpty();
        assertThat(draft.document().path("base_url").asString()).isEqualTo("https://eu.example.com/v1");
        assertThat(operation("get_ticket").path("path").asString()).isEqualTo("/tickets/{ticketid}");
        assertThat(operation("get_ticket")
                        .at("/target_schema/properties/ticketid/pattern")
                        .asString())
                .isEqualTo("^-?[0-9]{1,19}$");
        assertThat(operation("get_ticket").at("/query/fields").asString()).isEqualTo("arguments.fields");
    }

    @Test
    void schemas_of_3_0_say_the_same_in_2020_12() {
        JsonNode sent = operation("replace_ticket").path("argument_schema");
        assertThat(sent.at("/properties").propertyNames()).containsExactly("subject", "due", "rank", "parent");
        assertThat(sent.path("required").toString()).isEqualTo("[\"subject\"]");
        assertThat(sent.at("/properties/due/type").toString()).isEqualTo("[\"string\",\"null\"]");
        assertThat(sent.at("/properties/rank").toString()).contains("\"exclusiveMinimum\":0");
        assertThat(sent.at("/properties/subject").has("pattern")).isFalse();
        assertThat(sent.path("additionalProperties").asBoolean(true)).isFalse();
        assertThat(sent.at("/$defs/Ticket/additionalProperties").asBoolean(true))
                .isFalse();
        JsonNode answered = operation("get_ticket").path("result_schema");
        assertThat(answered.at("/properties").has("id")).isTrue();
        assertThat(answered.has("additionalProperties")).isFalse();
    }

    @Test
    void what_is_left_out_is_told_with_its_place() {
        assertThat(draft.leftOut())
                .extracting(Draft.LeftOut::pointer)
                .containsExactlyInAnyOrder(
                        "/paths/~1tickets~1{ticketId}/get/parameters/1",
                        "/paths/~1tickets~1{ticketId}/options",
                        "/paths/~1uploads/post/requestBody");
    }

    @Test
    void nothing_that_the_document_refers_to_is_fetched() {
        String remote = DOCUMENT.replace("\"#/components/schemas/Ticket\"", "\"http://127.0.0.1:1/ticket.yaml\"");
        assertThatThrownBy(() -> drafted(remote))
                .isInstanceOfSatisfying(
                        InvalidImport.class,
                        refused -> assertThat(refused.fields())
                                .extracting(Refusal.FieldError::pointer)
                                .contains("/openapi/components/schemas/Ticket/properties/parent/$ref"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "a: &x [1]\\nb: *x",
                "a: !!java.net.URL [http://127.0.0.1]",
                "a: 1\\n---\\nb: 2",
                "'{\"openapi\":\"2.0\",\"paths\":{}}'",
                "'[[[['"
            })
    void what_multiplies_or_is_something_else_is_refused(String text) {
        assertThatThrownBy(() -> drafted(text.replace("\\n", "\n"))).isInstanceOf(Refusal.class);
    }

    @Test
    void a_real_products_document_becomes_a_connector() throws IOException {
        Draft nessie =
                OpenApiImport.draft("nessie", ImportedText.read(nessie(), "/openapi"), "https://nessie.example.com");
        assertThat(Drafts.faults(nessie.document())).isEmpty();
        assertThat(nessie.operations())
                .extracting(Draft.Guess::operation)
                .contains("get_config_v2", "get_reference_by_name_v2", "delete_reference_v2", "commit_v2")
                .hasSizeGreaterThan(25);
        assertThat(nessie.leftOut()).allSatisfy(one -> assertThat(one.why()).isNotBlank());
    }

    static String nessie() throws IOException {
        try (var text =
                Objects.requireNonNull(OpenApiImportTest.class.getResourceAsStream("/openapi/nessie/openapi.yaml"))) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
