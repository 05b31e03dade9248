package secrets.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.Aead;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.vault.client.VaultEndpoint;
import org.springframework.vault.core.VaultTemplate;
import org.springframework.vault.support.VaultToken;
import secrets.Concealed;
import secrets.vault.VaultServer;

/** Where wrapping keys come from: each source opens what it has sealed, and nothing else. */
class WrappingKeysTest {

    private static final byte[] PLAIN = "plain".getBytes(StandardCharsets.UTF_8);
    private static final byte[] HERE = "here".getBytes(StandardCharsets.UTF_8);
    private static final byte[] THERE = "there".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    private static void works(WrappingKeys keys) throws GeneralSecurityException {
        String first = keys.first();
        Aead key = keys.key(first).orElseThrow();
        byte[] sealed = key.encrypt(PLAIN, HERE);
        assertThat(keys.names()).contains(first);
        assertThat(key.decrypt(sealed, HERE)).isEqualTo(PLAIN);
        assertThatThrownBy(() -> key.decrypt(sealed, THERE)).isInstanceOf(GeneralSecurityException.class);

        String next = keys.next(Set.of(first)).orElseThrow();
        Aead another = keys.key(next).orElseThrow();
        assertThat(next).isNotEqualTo(first);
        assertThat(keys.names()).contains(first, next);
        assertThat(another.decrypt(another.encrypt(PLAIN, HERE), HERE)).isEqualTo(PLAIN);
        assertThatThrownBy(() -> another.decrypt(sealed, HERE)).isInstanceOf(GeneralSecurityException.class);
        assertThat(keys.key(first).orElseThrow().decrypt(sealed, HERE)).isEqualTo(PLAIN);
        assertThat(keys.key(keys.source().name("none"))).isEmpty();
    }

    @Test
    void a_file_is_made_once_for_its_owner_alone() throws Exception {
        Path file = directory.resolve("made").resolve("keys.json");
        works(new FileKeys(file));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        byte[] made = Files.readAllBytes(file);
        new FileKeys(file).first();
        assertThat(file).hasBinaryContent(made);
        assertThat(file.getParent()).isDirectoryContaining(other -> other.equals(file));
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void a_key_that_another_node_has_added_to_the_file_is_found() throws Exception {
        Path file = directory.resolve("keys.json");
        var one = new FileKeys(file);
        var two = new FileKeys(file);
        String first = one.first();
        assertThat(two.first()).isEqualTo(first);

        String next = one.next(Set.of(first)).orElseThrow();

        byte[] sealed = one.key(next).orElseThrow().encrypt(PLAIN, HERE);
        assertThat(two.key(next).orElseThrow().decrypt(sealed, HERE)).isEqualTo(PLAIN);
        assertThat(one.destroy(first)).isTrue();
        assertThat(one.key(first)).isEmpty();
        assertThat(one.names()).containsExactly(next);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw-----w-", "rw----r--", "rw--w----"})
    void a_file_that_others_may_open_is_refused(String permissions) throws Exception {
        Path file = directory.resolve("keys.json");
        new FileKeys(file).first();
        byte[] made = Files.readAllBytes(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

        assertThatThrownBy(() -> new FileKeys(file).first())
                .isInstanceOf(SealingUnusable.class)
                .hasMessageContaining("chmod 600");
        assertThat(file).hasBinaryContent(made);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not json", "{}", "{\"primaryKeyId\":1,\"key\":[]}"})
    void a_file_that_holds_no_keys_is_refused_and_left_alone(String content) throws Exception {
        Path file = Files.writeString(directory.resolve("keys.json"), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        assertThatThrownBy(() -> new FileKeys(file).first())
                .isInstanceOf(SealingUnusable.class)
                .hasMessageContaining(file.toString());
        assertThat(file).hasContent(content);
    }

    @Test
    void keys_of_the_environment_are_named_after_what_they_are() throws Exception {
        works(new EnvironmentKeys(List.of(key(1), key(2))));
        assertThat(new EnvironmentKeys(List.of(key(2))).names())
                .isEqualTo(List.of(
                        new EnvironmentKeys(List.of(key(1), key(2))).names().getLast()));
        assertThat(new EnvironmentKeys(List.of(key(1))).next(Set.of(new EnvironmentKeys(List.of(key(1))).first())))
                .isEmpty();
    }

    private static Concealed key(int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return new Concealed(Base64.getEncoder().encodeToString(key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AAAA", "***", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="})
    void a_key_of_another_length_is_refused_and_not_shown(String key) {
        assertThatThrownBy(() -> new EnvironmentKeys(List.of(new Concealed(key))))
                .isInstanceOf(SealingUnusable.class)
                .hasMessageContaining("FIREBREAK_SEALING_KEYS")
                .hasMessageNotContaining("AAAA");
    }

    @Test
    void vaults_transit_engine_wraps_with_the_version_that_is_named() throws Exception {
        try (var server = new VaultServer()) {
            var vault = new VaultTemplate(
                    VaultEndpoint.from(server.uri()),
                    new JdkClientHttpRequestFactory(),
                    () -> VaultToken.of(VaultServer.TOKEN));
            var keys = new TransitKeys(vault, "transit", "firebreak");
            works(keys);
            assertThat(keys.names()).containsExactly("transit:firebreak:v1", "transit:firebreak:v2");
            assertThat(keys.destroy("transit:firebreak:v1")).isFalse();

            Aead key = keys.key("transit:firebreak:v2").orElseThrow();
            byte[] wrapped = Keysets.wrapped(Keysets.newKey(), key, HERE);
            assertThat(Keysets.unwrapped(wrapped, key, HERE).size()).isEqualTo(1);
            assertThatThrownBy(() -> Keysets.unwrapped(wrapped, key, THERE))
                    .isInstanceOf(GeneralSecurityException.class);

            server.sealed = true;
            assertThatThrownBy(() -> Keysets.unwrapped(wrapped, key, HERE)).isInstanceOf(SealingUnusable.class);
            assertThatThrownBy(() -> new TransitKeys(vault, "transit", "firebreak").first())
                    .isInstanceOf(SealingUnusable.class)
                    .hasMessageContaining("firebreak.vault.uri");
            server.sealed = false;
            assertThatThrownBy(() -> new TransitKeys(vault, "transit", "absent").first())
                    .isInstanceOf(SealingUnusable.class)
                    .hasMessageContaining("vault write -f transit/keys/absent");
        }
    }
}
