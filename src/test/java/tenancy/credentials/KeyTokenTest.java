package tenancy.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTokenTest {

    private static final UUID ID = UUID.fromString("01926b5e-0000-7000-8000-000000000001");

    private final KeyToken token = KeyToken.random(ID, new SecureRandom());

    @Test
    void tells_its_key_and_hides_its_secret() {
        assertThat(token.key()).isEqualTo("k_01926b5e000070008000000000000001");
        assertThat(token.text())
                .startsWith("fbk_k_01926b5e000070008000000000000001_")
                .hasSize(82);
        assertThat(token).hasToString(token.key());
    }

    @Test
    void is_read_back_as_it_was_sent() {
        assertThat(KeyToken.parse(token.text())).hasValue(token);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fbk_", "fbk_k_1_x", "fbk_k_01926b5e000070008000000000000001", "Bearer x"})
    void what_is_no_key_is_not_read(String text) {
        assertThat(KeyToken.parse(text)).isEmpty();
    }

    @Test
    void no_character_may_be_added() {
        assertThat(KeyToken.parse(token.text() + "A")).isEmpty();
        assertThat(KeyToken.parse(token.text() + "\n")).isEmpty();
    }

    @Test
    void is_stored_as_a_hash_that_only_it_matches() {
        String hash = token.hash();

        assertThat(hash).matches("[0-9a-f]{64}").doesNotContain(token.text());
        assertThat(token.hashesTo(hash)).isTrue();
        assertThat(KeyToken.random(ID, new SecureRandom()).hashesTo(hash)).isFalse();
    }
}
