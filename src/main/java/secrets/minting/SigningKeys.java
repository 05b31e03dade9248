package secrets.minting;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import secrets.Seals;
import tenancy.TenantId;

/**
 * The keys that sign workload tokens, one after another, the same on all nodes. Each is published before it signs, so
 * that whoever keeps the published keys for minutes knows it in time, and after it signed, until its last token is over.
 */
@Component
class SigningKeys {

    /** How long before its first signature a key is published. */
    static final Duration AHEAD = Duration.ofMinutes(15);

    /** How long what is published may be kept by those who read it. */
    static final Duration PUBLISHED_FOR = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);
    private static final Duration SKEW = Duration.ofMinutes(1);
    private static final Duration READ_EVERY = Duration.ofSeconds(10);
    private static final Duration DROPPED_AFTER = Duration.ofHours(1);

    private final SigningKeyRows rows;
    private final Seals seals;
    private final WorkloadTokenSettings settings;
    private final Clock clock;

    /** By generation: opened once, until the row is gone. */
    private Map<Long, SigningKey> opened = Map.of();

    private Instant readAt = Instant.MIN;

    SigningKeys(SigningKeyRows rows, Seals seals, WorkloadTokenSettings settings, Clock clock) {
        this.rows = rows;
        this.seals = seals;
        this.settings = settings;
        this.clock = clock;
    }

    /** @param key with its private half; not for {@code toString} */
    record SigningKey(long generation, ECKey key, Instant from, Instant until) {

        boolean signsAt(Instant now) {
            return !now.isBefore(from) && now.isBefore(until);
        }

        @Override
        public String toString() {
            return "SigningKey[" + generation + "]";
        }
    }

    /** The one that signs now. */
    SigningKey current() {
        Instant now = clock.instant();
        return newest(known(now), now).orElseThrow(() -> new IllegalStateException("No key signs at " + now));
    }

    /** Public halves of those that have signed, sign or will sign, and of no token that is still good is one missing. */
    List<ECKey> published() {
        Instant now = clock.instant();
        Instant over = now.minus(SignedWorkloadTokens.LONGEST).minus(SKEW);
        return known(now).stream()
                .filter(key -> key.until().isAfter(over))
                .map(key -> key.key().toPublicJWK())
                .toList();
    }

    private static Optional<SigningKey> newest(List<SigningKey> keys, Instant now) {
        return keys.stream().filter(key -> key.signsAt(now)).reduce((older, newer) -> newer);
    }

    private synchronized List<SigningKey> known(Instant now) {
        if (now.isBefore(readAt)
                || !now.isBefore(readAt.plus(READ_EVERY))
                || newest(inOrder(), now).isEmpty()) {
            read();
            while (newest(inOrder(), now.plus(AHEAD)).isEmpty()) {
                makeNext(now);
            }
            readAt = now;
        }
        return inOrder();
    }

    private List<SigningKey> inOrder() {
        return opened.values().stream()
                .sorted((one, other) -> Long.compare(one.generation(), other.generation()))
                .toList();
    }

    private void read() {
        Map<Long, SigningKey> still = new HashMap<>();
        for (SigningKeyRows.Stored row : rows.all()) {
            SigningKey known = opened.get(row.generation());
            if (known != null) {
                still.put(row.generation(), known);
            } else {
                open(row).ifPresent(key -> still.put(row.generation(), key));
            }
        }
        opened = Map.copyOf(still);
    }

    /** What was put there by somebody else signs nothing, and is not published. */
    private Optional<SigningKey> open(SigningKeyRows.Stored row) {
        try {
            byte[] key = seals.open(TenantId.FLEET, place(row.generation()), row.sealed());
            return Optional.of(new SigningKey(
                    row.generation(), ECKey.parse(new String(key, StandardCharsets.UTF_8)), row.from(), row.until()));
        } catch (Seals.Unsealable | ParseException notOurs) {
            LOG.error("Signing key {} does not open and is not used", row.generation());
            return Optional.empty();
        }
    }

    /**
     * The first signs at once, for nodes whose clock is behind too; each that follows when the one before it ends.
     * Whoever stores it first has made it.
     */
    private void makeNext(Instant now) {
        List<SigningKeyRows.Stored> found = rows.all();
        long generation = found.isEmpty() ? 1 : found.getLast().generation() + 1;
        Instant from = inOrder().stream()
                .map(SigningKey::until)
                .max(Instant::compareTo)
                .filter(end -> end.isAfter(now) && newest(inOrder(), now).isPresent())
                .orElse(now.minus(SKEW))
                .truncatedTo(ChronoUnit.MILLIS);
        byte[] sealed = seals.seal(
                TenantId.FLEET, place(generation), generated().toJSONString().getBytes(StandardCharsets.UTF_8));
        if (rows.add(new SigningKeyRows.Stored(generation, sealed, from, from.plus(settings.keyLifetime())))) {
            LOG.info("Signing key {} is published; it signs from {}", generation, from);
            rows.dropThoseUntil(now.minus(DROPPED_AFTER));
        }
        read();
    }

    private static ECKey generated() {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .keyIDFromThumbprint(true)
                    .generate();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String place(long generation) {
        return "signing-key/" + generation;
    }
}
