package tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

    @Test
    void the_last_key_of_a_page_comes_back_in_the_cursor() {
        Page<String> page = Page.of(List.of("a", "b", "c"), 2, key -> key);

        assertThat(page.items()).containsExactly("a", "b");
        assertThat(Cursor.key(page.nextCursor())).isEqualTo("b");
    }

    @Test
    void the_last_page_has_no_cursor() {
        assertThat(Page.of(List.of("a", "b"), 2, key -> key).nextCursor()).isNull();
        assertThat(Cursor.key(null)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"not base64!", "%%%", "a"})
    void what_was_never_handed_out_is_refused(String junk) {
        assertThatThrownBy(() -> Cursor.key(junk)).isInstanceOf(InvalidField.class);
    }

    @Test
    void a_cursor_is_bounded() {
        assertThatThrownBy(() -> Cursor.key("A".repeat(404))).isInstanceOf(InvalidField.class);
    }

    @Test
    void a_page_has_1_to_200_items() {
        assertThat(Cursor.limit(200)).isEqualTo(200);
        assertThatThrownBy(() -> Cursor.limit(0)).isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> Cursor.limit(201)).isInstanceOf(InvalidField.class);
    }
}
