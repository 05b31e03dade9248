package secrets.sealing;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import secrets.Concealed;

/**
 * Where the keys are that wrap tenants' data keys.
 *
 * @param source of new keys
 * @param also sources whose keys are still read, while data keys are moved from one source to another
 * @param file with keys, made at the first start; for {@code file}
 * @param keys 32 bytes each, in Base64, the one to begin with first; for {@code environment}
 * @param transitMount where Vault's transit engine is mounted; for {@code transit}
 * @param transitKey name of the key in it, which must exist
 */
@ConfigurationProperties("firebreak.sealing")
record SealingSettings(
        @DefaultValue("file") Source source,
        @DefaultValue Set<Source> also,
        Path file,
        @DefaultValue List<Concealed> keys,
        @DefaultValue("transit") String transitMount,
        @DefaultValue("firebreak") String transitKey) {

    SealingSettings {
        also = Set.copyOf(also);
        keys = List.copyOf(keys);
    }
}
