package secrets;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the book knows of one secret: everything but its value.
 *
 * @param mayBePrivate whether an operator allowed its token endpoint to have a private address
 * @param versions in force, oldest first
 * @param last the highest number that was ever given
 * @param revokedAt when all its versions were revoked; absent once it has a new one
 */
record KeptSecret(
        String key,
        String system,
        Mode mode,
        SecretKind kind,
        boolean mayBePrivate,
        Instant createdAt,
        List<Version> versions,
        long last,
        @Nullable Instant revokedAt) {

    /**
     * @param root the version that somebody added and that this one follows by itself; its own number where it does not
     * @param digest SHA-256 of the sealed bytes, lower-case hex; absent where the value is kept elsewhere
     * @param worksUntil when its overlap with a newer one is over
     * @param hosts where its value may be sent, as {@link Origin} spells it
     */
    record Version(
            long number,
            long root,
            @Nullable String digest,
            Instant addedAt,
            @Nullable Instant worksUntil,
            List<String> hosts) {

        Version {
            hosts = List.copyOf(hosts);
        }
    }

    KeptSecret {
        versions = List.copyOf(versions);
    }

    /** The version that is leased: the newest. */
    Optional<Version> newest() {
        return versions.isEmpty() ? Optional.empty() : Optional.of(versions.getLast());
    }

    Optional<Version> version(long number) {
        return versions.stream().filter(version -> version.number() == number).findFirst();
    }

    /** With one version more; the others work until their overlap is over. */
    KeptSecret with(Version added, @Nullable Instant othersUntil) {
        List<Version> all = new ArrayList<>();
        for (Version version : versions) {
            Instant until = version.worksUntil();
            boolean sooner = othersUntil != null && (until == null || othersUntil.isBefore(until));
            all.add(new Version(
                    version.number(),
                    version.root(),
                    version.digest(),
                    version.addedAt(),
                    sooner ? othersUntil : until,
                    version.hosts()));
        }
        all.add(added);
        return new KeptSecret(key, system, mode, kind, mayBePrivate, createdAt, all, added.number(), null);
    }

    KeptSecret without(long number) {
        List<Version> remaining =
                versions.stream().filter(version -> version.number() != number).toList();
        return new KeptSecret(key, system, mode, kind, mayBePrivate, createdAt, remaining, last, revokedAt);
    }

    KeptSecret revoked(Instant at) {
        return new KeptSecret(key, system, mode, kind, mayBePrivate, createdAt, List.of(), last, at);
    }
}
