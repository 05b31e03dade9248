package secrets.vault;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;
import org.springframework.vault.authentication.AppRoleAuthentication;
import org.springframework.vault.authentication.AppRoleAuthenticationOptions;
import org.springframework.vault.authentication.AppRoleAuthenticationOptions.RoleId;
import org.springframework.vault.authentication.AppRoleAuthenticationOptions.SecretId;
import org.springframework.vault.authentication.LifecycleAwareSessionManager;
import org.springframework.vault.authentication.SessionManager;
import org.springframework.vault.client.RestClientBuilder;
import org.springframework.vault.client.VaultEndpoint;
import org.springframework.vault.core.VaultTemplate;
import org.springframework.vault.support.VaultToken;
import secrets.Concealed;

/** The way to Vault: bounded in time, over TLS but on this machine, without redirects. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(VaultSettings.class)
class VaultConfiguration {

    private static final String NAMESPACE = "X-Vault-Namespace";

    @Bean
    @ConditionalOnProperty("firebreak.vault.uri")
    VaultTemplate vault(VaultSettings settings, SslBundles bundles) {
        return new VaultTemplate(clients(settings, bundles), session(settings, bundles));
    }

    private static RestClientBuilder clients(VaultSettings settings, SslBundles bundles) {
        HttpClient.Builder http = HttpClient.newBuilder()
                .connectTimeout(settings.connectTimeout())
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER);
        String bundle = settings.sslBundle();
        if (bundle != null) {
            http.sslContext(bundles.getBundle(bundle).createSslContext());
        }
        var requests = new JdkClientHttpRequestFactory(http.build());
        requests.setReadTimeout(settings.readTimeout());
        RestClientBuilder builder = RestClientBuilder.builder()
                .endpoint(VaultEndpoint.from(checked(Objects.requireNonNull(settings.uri()))))
                .requestFactory(requests);
        String namespace = settings.namespace();
        return namespace == null ? builder : builder.defaultHeader(NAMESPACE, namespace);
    }

    private static URI checked(URI uri) {
        boolean here = "http".equals(uri.getScheme())
                && ("localhost".equals(uri.getHost()) || "127.0.0.1".equals(uri.getHost()));
        if (uri.getHost() == null || !here && !"https".equals(uri.getScheme())) {
            throw new IllegalStateException(
                    "firebreak.vault.uri must be an https address, or http on this machine: secrets come from there.");
        }
        return uri;
    }

    private static SessionManager session(VaultSettings settings, SslBundles bundles) {
        Concealed token = settings.token();
        Path file = settings.tokenFile();
        Concealed role = settings.roleId();
        Concealed secret = settings.secretId();
        if (token != null) {
            return () -> VaultToken.of(token.reveal());
        }
        if (file != null) {
            return () -> VaultToken.of(read(file));
        }
        if (role == null || secret == null) {
            throw new IllegalStateException("Vault is configured without a way to authenticate: set firebreak.vault.token,"
                    + " firebreak.vault.token-file, or firebreak.vault.role-id and firebreak.vault.secret-id.");
        }
        var options = AppRoleAuthenticationOptions.builder()
                .path(settings.appRolePath())
                .roleId(RoleId.provided(role.reveal()))
                .secretId(SecretId.provided(secret.reveal()))
                .build();
        var client = clients(settings, bundles).build();
        var renewals = new SimpleAsyncTaskScheduler();
        renewals.setVirtualThreads(true);
        renewals.setThreadNamePrefix("vault-");
        return new LifecycleAwareSessionManager(new AppRoleAuthentication(options, client), renewals, client);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException unreadable) {
            throw new IllegalStateException("The file of Vault's token %s cannot be read.".formatted(file), unreadable);
        }
    }
}
