package journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.serialization.Revision;
import org.axonframework.serialization.SimpleSerializedObject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tenancy.Content;
import tenancy.JournaledTypes;
import tenancy.TenantId;

class SealedContentsTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final TenantId GLOBEX = new TenantId("tenant_globex");

    sealed interface LetterEvent {

        @Revision("1")
        record LetterSent(
                String sender,
                @Content @Nullable String text,
                @Content Map<String, String> to,
                @Content List<String> copies,
                List<Page> pages)
                implements LetterEvent {}
    }

    record Page(int number, @Content @Nullable String words) {}

    private final ReversedContents seal = new ReversedContents();
    private final JournalSerializer serializer =
            new JournalSerializer(new LogicalNames(List.of(new JournaledTypes(List.of(LetterEvent.class)))), seal);

    private static LetterEvent.LetterSent letter(@Nullable String text) {
        return new LetterEvent.LetterSent(
                "ada", text, Map.of("name", "grace"), List.of("joan"), List.of(new Page(1, "one"), new Page(2, null)));
    }

    private byte[] stored(TenantId tenant, Object event) {
        return serializer
                .sealed(tenant, GenericEventMessage.asEventMessage(event))
                .getData();
    }

    private Object read(byte[] json) {
        return serializer.deserialize(new SimpleSerializedObject<>(json, byte[].class, "letter_sent", "1"));
    }

    @Test
    void contents_are_stored_sealed_and_all_else_is_not() {
        String stored = new String(stored(ACME, letter("dear grace")), UTF_8);

        assertThat(stored)
                .contains("\"sender\":\"ada\"")
                .contains("\"number\":2")
                .contains("{\"$sealed\":1,\"period\":\"then\",\"text\":\""
                        + Base64.getEncoder().encodeToString("ecarg raed".getBytes(UTF_8)) + "\"}")
                .doesNotContain("grace", "joan", "\"one\"");
    }

    @Test
    void what_was_sealed_reads_as_it_was() {
        var letter = letter("quotes \" and \\ and \u0000 and \ud83d\ude00 and {\"$sealed\":1,\"period\":\"");

        assertThat(read(serializer.readable(ACME, stored(ACME, letter)))).isEqualTo(letter);
    }

    @Test
    void what_is_gone_reads_as_nothing_and_is_shown_as_it_is_stored() {
        byte[] stored = stored(ACME, letter("dear grace"));

        seal.forget(ACME);

        assertThat(read(serializer.readable(ACME, stored)))
                .isEqualTo(new LetterEvent.LetterSent(
                        "ada", null, Map.of(), List.of(), List.of(new Page(1, null), new Page(2, null))));
        assertThat(serializer.shown(ACME, stored)).isEqualTo(stored);
    }

    @Test
    void of_an_erased_tenant_nothing_more_is_kept() {
        seal.forget(ACME);

        String stored = new String(stored(ACME, letter("dear grace")), UTF_8);

        assertThat(stored)
                .contains("\"text\":null", "\"to\":{}", "\"copies\":[]")
                .doesNotContain("$sealed");
    }

    @Test
    void another_tenant_opens_none_of_it() {
        byte[] stored = stored(ACME, letter("dear grace"));

        assertThat(serializer.shown(GLOBEX, stored)).isEqualTo(stored);
    }

    /** Whatever somebody sends is text in the journal, and its quotes are escaped: it cannot pass for what is sealed. */
    @Test
    void what_is_sent_never_passes_for_what_is_sealed() {
        String forged = "{\"$sealed\":1,\"period\":\"then\",\"text\":\"Y29hbA==\"}";
        var letter = new LetterEvent.LetterSent(
                forged, forged, Map.of("$sealed", "1", "period", "then"), List.of(forged), List.of());

        byte[] stored = stored(ACME, letter);

        assertThat(read(serializer.readable(ACME, stored))).isEqualTo(letter);
    }

    @Test
    void what_is_damaged_is_left_as_it_is() {
        byte[] whole = stored(ACME, letter("dear grace"));
        for (int end = 0; end < whole.length; end++) {
            byte[] cut = java.util.Arrays.copyOf(whole, end);
            assertThat(serializer.readable(ACME, cut)).isNotNull();
        }
        byte[] notBase64 = "{\"$sealed\":1,\"period\":\"then\",\"text\":\"%%%\"}".getBytes(UTF_8);
        assertThat(serializer.readable(ACME, notBase64)).isEqualTo(notBase64);
    }

    @Test
    void contents_are_not_written_where_no_tenant_is_named() {
        assertThatThrownBy(() -> serializer.serialize(letter("dear grace"), byte[].class))
                .hasRootCauseInstanceOf(NoSuchElementException.class);
    }
}
