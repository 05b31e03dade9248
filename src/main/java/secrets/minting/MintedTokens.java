package secrets.minting;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import secrets.AccessTokens;
import secrets.Concealed;
import secrets.Credentials.Purpose;
import secrets.Lease;
import secrets.LeaseRefused;
import secrets.SecretValue;
import secrets.TokenServers;
import tenancy.TenantId;

/**
 * Access tokens, asked for once and kept for minutes. What is kept is kept for exactly one tenant, secret, version,
 * scopes and resource: a token never serves a wider purpose than the one it was made for.
 */
@Component
class MintedTokens implements AccessTokens {

    private static final int MOST_KEPT = 10_000;
    private static final Duration LONGEST_KEPT = Duration.ofMinutes(5);

    /** A token is not sent when it may expire on the way. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private final TokenServers servers;
    private final Clock clock;

    private final AsyncCache<Wanted, Ended> kept = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_KEPT)
            .expireAfterWrite(LONGEST_KEPT)
            .buildAsync();

    /**
     * Versions whose refresh token was replaced: leases that are still of that version go on with what replaced it. An
     * endpoint that rotates takes a used one for stolen, and ends all that came of it.
     */
    private final Cache<Version, Refreshing> refreshing = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_KEPT)
            .expireAfterAccess(LONGEST_KEPT.multipliedBy(2))
            .build();

    MintedTokens(TokenServers servers, Clock clock) {
        this.servers = servers;
        this.clock = clock;
    }

    private record Version(TenantId tenant, String secret, long version) {}

    private record Wanted(
            Version version, List<String> scopes, @Nullable String resource) {}

    private sealed interface Ended {

        /** @param until it is given to others */
        record Kept(Minted minted, Instant until) implements Ended {}

        /** A value and no failure of the cache's: that one would be logged, and a tenant's endpoint could fill the log. */
        record Failed(Throwable why) implements Ended {}
    }

    /** What this node has used of a version's refresh tokens, and what is to be used instead. */
    private static final class Refreshing {

        private static final int MOST_SPENT = 256;

        private final ReentrantLock turn = new ReentrantLock();
        /** Digests. When it is full, the oldest stay: those are what most leases are of. */
        private final Set<String> spent = new HashSet<>();

        private @Nullable Concealed successor;

        /** Who holds one that was not used here may know a newer one. */
        Concealed inForce(Concealed held) {
            return successor != null && spent.contains(digest(held)) ? successor : held;
        }

        void replaced(Concealed used, Concealed next) {
            if (spent.size() < MOST_SPENT) {
                spent.add(digest(used));
            }
            successor = next;
        }

        private static String digest(Concealed token) {
            try {
                byte[] bytes = token.reveal().getBytes(StandardCharsets.UTF_8);
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    @Override
    public Minted token(TenantId tenant, Lease lease, SecretValue value, Purpose purpose, boolean mayBePrivate) {
        if (!lease.action().tenant().equals(tenant)) {
            throw new LeaseRefused("lease_mismatch", "The lease is not one of this tenant.");
        }
        var wanted = new Wanted(
                new Version(tenant, lease.secret(), lease.version()),
                List.copyOf(new TreeSet<>(purpose.scopes())),
                purpose.resource());
        while (true) {
            var mine = new CompletableFuture<Ended>();
            CompletableFuture<Ended> others = kept.asMap().putIfAbsent(wanted, mine);
            if (others == null) {
                return ask(wanted, mine, value, purpose, mayBePrivate);
            }
            // Who came while it was asked for may have the answer, however short it lives.
            boolean cameBefore = !others.isDone();
            Ended.Kept found = joined(others);
            if (cameBefore || clock.instant().isBefore(found.until())) {
                return found.minted();
            }
            kept.asMap().remove(wanted, others);
        }
    }

    @Override
    public void forget(TenantId tenant, String secret) {
        kept.asMap().keySet().removeIf(wanted -> of(wanted.version(), tenant, secret));
        refreshing.asMap().keySet().removeIf(version -> of(version, tenant, secret));
    }

    private static boolean of(Version version, TenantId tenant, String secret) {
        return version.tenant().equals(tenant) && version.secret().equals(secret);
    }

    private Minted ask(
            Wanted wanted, CompletableFuture<Ended> mine, SecretValue value, Purpose purpose, boolean mayBePrivate) {
        try {
            Instant asked = clock.instant();
            Answered answered = switch (value) {
                case SecretValue.ClientCredentials client ->
                    new Answered(
                            given(wanted, client.tokenEndpoint(), mayBePrivate, TokenForm.of(client, purpose)), null);
                case SecretValue.RefreshToken refresh -> refreshed(wanted, refresh, purpose, mayBePrivate);
                case SecretValue.ApiKey _, SecretValue.Basic _, SecretValue.Certificate _, SecretValue.Workload _ ->
                    throw new IllegalArgumentException("Nothing is minted of a " + value.getClass());
            };
            Duration lifetime = answered.given().lifetime();
            Instant expires = asked.plus(lifetime == null ? LONGEST_KEPT : lifetime);
            Instant until = lifetime == null ? asked : earlier(expires.minus(MARGIN), asked.plus(LONGEST_KEPT));
            Concealed token = answered.given().token();
            // The replacement is told once: who keeps it makes a version of it.
            mine.complete(new Ended.Kept(new Minted(token, expires, null), until));
            return new Minted(token, expires, answered.rotated());
        } catch (RuntimeException | Error failed) {
            kept.asMap().remove(wanted, mine);
            mine.complete(new Ended.Failed(failed));
            throw failed;
        }
    }

    private record Answered(
            TokenAnswer.Given given, @Nullable Concealed rotated) {}

    /** One at a time for one version, whatever the scopes: a refresh token that rotates is good for one use. */
    private Answered refreshed(Wanted wanted, SecretValue.RefreshToken refresh, Purpose purpose, boolean mayBePrivate) {
        Refreshing state = refreshing.get(wanted.version(), version -> new Refreshing());
        state.turn.lock();
        try {
            Concealed token = state.inForce(refresh.refreshToken());
            TokenAnswer.Given given =
                    given(wanted, refresh.tokenEndpoint(), mayBePrivate, TokenForm.of(refresh, token, purpose));
            Concealed next = given.rotated();
            if (next == null || next.reveal().equals(token.reveal())) {
                return new Answered(given, null);
            }
            state.replaced(token, next);
            return new Answered(given, next);
        } finally {
            state.turn.unlock();
        }
    }

    private TokenAnswer.Given given(Wanted wanted, URI endpoint, boolean mayBePrivate, TokenForm form) {
        Version version = wanted.version();
        TokenAnswer answer =
                switch (servers.post(version.tenant(), endpoint, mayBePrivate, form.headers(), form.fields())) {
                    case TokenServers.Answer.Answered answered ->
                        TokenAnswer.read(answered.status(), answered.body(), form.scopes());
                    case TokenServers.Answer.Unanswered unanswered -> new TokenAnswer.Refused(unanswered.why());
                };
        return switch (answer) {
            case TokenAnswer.Given given -> given;
            case TokenAnswer.Refused refused ->
                throw new LeaseRefused(
                        "secret_unavailable",
                        "The token endpoint of secret %s gives no token: %s."
                                .formatted(version.secret(), refused.code()));
        };
    }

    private static Ended.Kept joined(CompletableFuture<Ended> others) {
        return switch (others.join()) {
            case Ended.Kept found -> found;
            case Ended.Failed(LeaseRefused refused) -> throw refused;
            case Ended.Failed(Throwable bug) -> throw new IllegalStateException("No token was made", bug);
        };
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
