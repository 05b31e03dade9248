package secrets.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.vault.core.VaultOperations;
import secrets.KeptElsewhere;
import secrets.KeptElsewhere.Read;
import secrets.LeaseRefused;
import secrets.Mode;
import secrets.SecretValue;
import tenancy.TenantId;

/** Over a server that answers as Vault's HTTP API is documented to. */
class VaultSecretsTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final String CANARY = "canary-of-vault";

    private VaultServer server;

    @BeforeEach
    void start() throws Exception {
        server = new VaultServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private VaultSettings settings(Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(Map.of("firebreak.vault.uri", server.uri()));
        more.forEach((name, value) -> all.put("firebreak.vault." + name, value));
        return new Binder(new MapConfigurationPropertySource(all)).bindOrCreate("firebreak.vault", VaultSettings.class);
    }

    private KeptElsewhere vault(Map<String, Object> more) {
        VaultSettings settings = settings(more);
        return kept(settings, new VaultConfiguration().vault(settings, new DefaultSslBundleRegistry()));
    }

    private static KeptElsewhere kept(VaultSettings settings, @Nullable VaultOperations vault) {
        var beans = new StaticListableBeanFactory();
        if (vault != null) {
            beans.addBean("vault", vault);
        }
        return new VaultSecrets(settings, beans.getBeanProvider(VaultOperations.class));
    }

    private KeptElsewhere withToken() {
        return vault(Map.of("token", VaultServer.TOKEN));
    }

    @Test
    void reads_what_is_at_the_path_of_tenant_connector_secret_and_mode() {
        server.kept.put("secret/data/firebreak/acme/zendesk/support/read", Map.of("value", CANARY));

        Read read = withToken().read(ACME, "zendesk", "support", Mode.READ);

        assertThat(((SecretValue.ApiKey) read.value()).value().reveal()).isEqualTo(CANARY);
        assertThat(read.storeLease()).isNull();
        assertThat(read.toString()).doesNotContain(CANARY);
        assertThat(server.asked).containsExactly("GET secret/data/firebreak/acme/zendesk/support/read");
        for (KeptElsewhere another : new KeptElsewhere[] {withToken()}) {
            refused(() -> another.read(new TenantId("other"), "zendesk", "support", Mode.READ));
            refused(() -> another.read(ACME, "zendesk", "support", Mode.MUTATE));
        }
    }

    private static void refused(ThrowingCallable asked) {
        assertThatThrownBy(asked)
                .isInstanceOfSatisfying(
                        LeaseRefused.class,
                        refusal -> assertThat(refusal.code()).isEqualTo("secret_unavailable"))
                .hasMessageNotContaining(CANARY);
    }

    @Test
    void tells_the_kind_of_a_secret_by_its_fields() {
        assertThat(new StoredFields(Map.of("username", "u", "password", "p")).value())
                .get()
                .isInstanceOf(SecretValue.Basic.class);
        assertThat(new StoredFields(Map.of("certificate", "c", "private_key", "k")).value())
                .get()
                .isInstanceOf(SecretValue.Certificate.class);
        Map<String, Object> client =
                Map.of("token_endpoint", "https://idp.example.com/token", "client_id", "c", "client_secret", "s");
        assertThat(new StoredFields(client).value()).get().isInstanceOf(SecretValue.ClientCredentials.class);
        Map<String, Object> refresh = new HashMap<>(client);
        refresh.put("refresh_token", "r");
        assertThat(new StoredFields(refresh).value()).get().isInstanceOf(SecretValue.RefreshToken.class);
        assertThat(new StoredFields(Map.of("something", "else")).value()).isEmpty();
        assertThat(new StoredFields(Map.of("value", CANARY)).toString()).doesNotContain(CANARY);
    }

    @Test
    void a_dynamic_secret_ends_with_its_lease() {
        KeptElsewhere vault = vault(Map.of(
                "token", VaultServer.TOKEN, "paths.reporting", "database/creds/{tenant}-{mode}"));

        Read read = vault.read(ACME, "reporting", "any", Mode.READ);

        assertThat(read.value()).isInstanceOf(SecretValue.Basic.class);
        assertThat(read.storeLease()).startsWith("database/creds/acme-read/");
        assertThat(server.leases).containsExactly(read.storeLease());
        vault.end(ACME, Objects.requireNonNull(read.storeLease()));
        assertThat(server.leases).isEmpty();
        refused(() -> vault.end(ACME, "database/creds/acme-read/none"));
    }

    @Test
    void logs_in_with_an_app_role_once_and_within_a_namespace() {
        server.kept.put("secret/data/firebreak/acme/zendesk/support/read", Map.of("value", CANARY));
        KeptElsewhere vault = vault(Map.of(
                "role-id", VaultServer.ROLE, "secret-id", VaultServer.SECRET, "namespace", "team_a"));

        vault.read(ACME, "zendesk", "support", Mode.READ);
        vault.read(ACME, "zendesk", "support", Mode.READ);

        assertThat(server.asked).filteredOn(asked -> asked.endsWith("auth/approle/login")).hasSize(1);
        assertThat(server.namespaces).isNotEmpty().containsOnly("team_a");
        KeptElsewhere wrong = vault(Map.of("role-id", VaultServer.ROLE, "secret-id", "another"));
        refused(() -> wrong.read(ACME, "zendesk", "support", Mode.READ));
    }

    @Test
    void a_token_in_a_file_is_read_anew(@TempDir Path directory) throws Exception {
        server.kept.put("secret/data/firebreak/acme/zendesk/support/read", Map.of("value", CANARY));
        Path file = Files.writeString(directory.resolve("token"), "expired\n");
        KeptElsewhere vault = vault(Map.of("token-file", file));

        refused(() -> vault.read(ACME, "zendesk", "support", Mode.READ));
        Files.writeString(file, VaultServer.TOKEN + "\n");

        assertThat(vault.read(ACME, "zendesk", "support", Mode.READ).value()).isInstanceOf(SecretValue.ApiKey.class);
    }

    @Test
    void a_vault_that_is_sealed_or_does_not_answer_in_time_refuses() {
        server.kept.put("secret/data/firebreak/acme/zendesk/support/read", Map.of("value", CANARY));
        server.sealed = true;
        refused(() -> withToken().read(ACME, "zendesk", "support", Mode.READ));
        server.sealed = false;
        server.pause = 2_000;
        KeptElsewhere hasty = vault(Map.of("token", VaultServer.TOKEN, "read-timeout", "100ms"));
        refused(() -> hasty.read(ACME, "zendesk", "support", Mode.READ));
    }

    @Test
    void without_a_vault_it_says_which_setting_is_missing() {
        VaultSettings none = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("firebreak.vault", VaultSettings.class);
        assertThatThrownBy(() -> kept(none, null).read(ACME, "zendesk", "support", Mode.READ))
                .isInstanceOf(LeaseRefused.class)
                .hasMessageContaining("firebreak.vault.uri");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://vault.example.com:8200", "ftp://127.0.0.1", "vault"})
    void secrets_come_over_tls_or_from_this_machine(String uri) {
        VaultSettings open = settings(Map.of("uri", URI.create(uri), "token", VaultServer.TOKEN));
        assertThatThrownBy(() -> new VaultConfiguration().vault(open, new DefaultSslBundleRegistry()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("https");
    }

    @Test
    void nobody_is_asked_without_a_way_to_authenticate() {
        assertThatThrownBy(() ->
                        new VaultConfiguration().vault(settings(Map.of()), new DefaultSslBundleRegistry()))
                .hasMessageContaining("firebreak.vault.token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret/data/{system}/{secret}",
                "secret/{tenant}-{system}/x",
                "secret/{secret}{tenant}",
                "secret//{tenant}",
                "secret/../{tenant}",
                "secret/{tenant}?x",
                "secret/{tenant}/{nobody}",
                "secret/{tenant}/%2e%2e",
                ""
            })
    void a_path_that_could_lead_to_another_tenant_is_refused_at_the_start(String template) {
        assertThatThrownBy(() -> new PathTemplate(template)).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "a/b", "a%2fb", "a:b", "", "a?b", "a\nb", "{tenant}"})
    void a_name_that_could_leave_its_place_has_no_path(String name) {
        var template = new PathTemplate("secret/data/{tenant}/{system}/{secret}/{mode}");
        assertThat(template.path(ACME, "zendesk", name, Mode.READ)).isEmpty();
        assertThat(template.path(ACME, name, "support", Mode.READ)).isEmpty();
        assertThat(template.path(ACME, "zendesk", "support", Mode.READ))
                .contains("secret/data/acme/zendesk/support/read");
    }
}
