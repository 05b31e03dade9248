package secrets.sealing;

import com.google.crypto.tink.Aead;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import org.springframework.vault.core.VaultOperations;

/** The sources that are configured: one that gives new keys, and those whose keys are still read. */
@Component
class KeySources {

    private final Map<Source, WrappingKeys> sources = new EnumMap<>(Source.class);
    private final Source chosen;

    KeySources(SealingSettings settings, ObjectProvider<VaultOperations> vault) {
        this.chosen = settings.source();
        sources.put(chosen, open(chosen, settings, vault));
        for (Source source : settings.also()) {
            sources.computeIfAbsent(source, also -> open(also, settings, vault));
        }
    }

    private static WrappingKeys open(Source source, SealingSettings settings, ObjectProvider<VaultOperations> vault) {
        return switch (source) {
            case FILE -> new FileKeys(settings.file());
            case ENVIRONMENT -> new EnvironmentKeys(settings.keys());
            case TRANSIT ->
                new TransitKeys(
                        vault.getIfAvailable(() -> {
                            throw new SealingUnusable(
                                    "Wrapping keys are to be Vault's, and no Vault is configured.",
                                    "Set firebreak.vault.uri, or another firebreak.sealing.source.");
                        }),
                        settings.transitMount(),
                        settings.transitKey());
        };
    }

    /** The one that gives new keys. */
    WrappingKeys chosen() {
        return of(chosen).orElseThrow();
    }

    private Optional<WrappingKeys> of(Source source) {
        return Optional.ofNullable(sources.get(source));
    }

    Optional<Aead> key(String name) {
        return of(Source.of(name)).flatMap(source -> source.key(name));
    }

    List<String> names() {
        return sources.values().stream()
                .flatMap(source -> source.names().stream())
                .toList();
    }

    /** False while only an operator can destroy it. */
    boolean destroy(String name) {
        return of(Source.of(name)).map(source -> source.destroy(name)).orElse(true);
    }
}
