package secrets.vault;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import secrets.Concealed;

/**
 * The operator's Vault or OpenBao, if there is one.
 *
 * @param uri where it answers; without it there is none
 * @param namespace of Vault Enterprise or OpenBao
 * @param token to authenticate with
 * @param tokenFile the same, read anew for each request, as Vault's agent writes it
 * @param roleId to authenticate with an AppRole
 * @param secretId of that AppRole
 * @param appRolePath where AppRole is mounted
 * @param path of a tenant's secret, made of {@code {tenant}}, {@code {system}}, {@code {secret}} and {@code {mode}}
 * @param paths the same by connector, for those whose secrets are elsewhere, such as dynamic ones
 * @param sslBundle of Spring Boot, with the certificates to trust
 * @param connectTimeout longest wait for a connection
 * @param readTimeout longest wait for an answer
 */
@ConfigurationProperties("firebreak.vault")
record VaultSettings(
        @Nullable URI uri,
        @Nullable String namespace,
        @Nullable Concealed token,
        @Nullable Path tokenFile,
        @Nullable Concealed roleId,
        @Nullable Concealed secretId,
        @DefaultValue("approle") String appRolePath,
        @DefaultValue("secret/data/firebreak/{tenant}/{system}/{secret}/{mode}") String path,
        @DefaultValue Map<String, String> paths,
        @Nullable String sslBundle,
        @DefaultValue("2s") Duration connectTimeout,
        @DefaultValue("5s") Duration readTimeout) {

    VaultSettings {
        paths = Map.copyOf(paths);
    }
}
