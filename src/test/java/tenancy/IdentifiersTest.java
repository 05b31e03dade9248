package tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifiersTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "tenant_acme", "support-triage.v4", "urn:agent:7", "9lives"})
    void letters_digits_and_a_few_marks_are_ids(String id) {
        assertThat(new TenantId(id).value()).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "_a", "-a", "a/b", "a b", "a\n", "a\u0000", "é", "a\u202e", ".", "../x"})
    void everything_else_is_refused(String id) {
        assertThatThrownBy(() -> new TenantId(id)).isInstanceOfSatisfying(InvalidField.class, refused -> {
            assertThat(refused.fields().getFirst().pointer()).isEqualTo("/tenant_id");
            assertThat(refused.fields().getFirst().rule()).isEqualTo("invalid_identifier");
        });
    }

    @Test
    void an_id_has_at_most_96_characters() {
        assertThat(new TenantId("a".repeat(96)).value()).hasSize(96);
        assertThatThrownBy(() -> new TenantId("a".repeat(97))).isInstanceOf(InvalidField.class);
    }

    @Test
    void an_aggregate_identifier_tells_its_tenant() {
        var agent = new AgentId(new TenantId("tenant_acme"), "triage");
        assertThat(TenantId.ofAggregate(agent.toString())).isEqualTo(new TenantId("tenant_acme"));
        assertThat(TenantId.ofAggregate("tenant_acme")).isEqualTo(new TenantId("tenant_acme"));
    }

    @Test
    void text_for_people_has_no_control_characters_and_an_end() {
        assertThat(Fields.text("name", "Acme & Söhne")).isEqualTo("Acme & Söhne");
        assertThatThrownBy(() -> Fields.text("name", "a\u0007")).isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> Fields.text("name", " ")).isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> Fields.text("name", "a".repeat(201))).isInstanceOf(InvalidField.class);
    }
}
