package secrets.minting;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import secrets.Concealed;
import secrets.HandOut;
import secrets.LeaseRefused;
import secrets.NarrowToken;
import secrets.NarrowTokens;
import secrets.SecretValue;
import secrets.TokenServers;
import secrets.WorkloadTokens;
import tenancy.TenantId;

/** Tokens that are handed out: each is made anew, shared with nobody, and checked before anybody sees it. */
@Component
class NarrowedTokens implements NarrowTokens {

    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final String JWT = "urn:ietf:params:oauth:token-type:jwt";

    private final TokenServers servers;
    private final WorkloadTokens workloads;
    private final Clock clock;

    NarrowedTokens(TokenServers servers, WorkloadTokens workloads, Clock clock) {
        this.servers = servers;
        this.workloads = workloads;
        this.clock = clock;
    }

    @Override
    public NarrowToken make(Order order) {
        return switch (order.how().kind()) {
            case WORKLOAD_TOKEN -> signed(order);
            case CLIENT_CREDENTIALS -> {
                if (!(order.value() instanceof SecretValue.ClientCredentials client)) {
                    throw unusable("Only client credentials are asked for tokens by themselves.");
                }
                yield asked(
                        order, client.tokenEndpoint(), order.mayBePrivate(), TokenForm.of(client, order.how()), null);
            }
            case TOKEN_EXCHANGE -> exchanged(order);
        };
    }

    private NarrowToken signed(Order order) {
        if (!(order.value() instanceof SecretValue.Workload)) {
            throw unusable("The platform signs workload tokens for secrets of type workload_token only.");
        }
        String audience = order.how().audience();
        WorkloadTokens.Signed signed = workloads.sign(workload(order, audience == null ? "" : audience));
        return new NarrowToken(signed.token(), scope(order.how()), signed.expiresAt());
    }

    private WorkloadTokens.Workload workload(Order order, String audience) {
        Instant longest = clock.instant().plus(order.how().lifetime());
        return new WorkloadTokens.Workload(
                order.action(),
                order.agent(),
                order.run(),
                audience,
                order.how().scopes(),
                longest.isBefore(order.notAfter()) ? longest : order.notAfter());
    }

    private NarrowToken exchanged(Order order) {
        Concealed subject = order.subject();
        return switch (order.value()) {
            case SecretValue.ClientCredentials client ->
                exchanged(order, client.tokenEndpoint(), order.mayBePrivate(), subject, ACCESS_TOKEN);
            case SecretValue.RefreshToken refresh ->
                exchanged(order, refresh.tokenEndpoint(), order.mayBePrivate(), subject, ACCESS_TOKEN);
            case SecretValue.ApiKey _ ->
                exchanged(order, endpoint(order), order.how().endpointMayBePrivate(), subject, ACCESS_TOKEN);
            case SecretValue.Workload _ -> {
                URI endpoint = endpoint(order);
                Concealed word =
                        workloads.sign(workload(order, endpoint.toString())).token();
                yield exchanged(order, endpoint, order.how().endpointMayBePrivate(), word, JWT);
            }
            case SecretValue.Basic _, SecretValue.Certificate _ ->
                throw unusable("A password or a certificate cannot be exchanged for a token.");
        };
    }

    private NarrowToken exchanged(
            Order order, URI endpoint, boolean mayBePrivate, @Nullable Concealed subject, String type) {
        if (subject == null) {
            throw unusable("There is nothing to exchange.");
        }
        return asked(
                order, endpoint, mayBePrivate, TokenForm.exchange(order.value(), subject, type, order.how()), subject);
    }

    private static URI endpoint(Order order) {
        URI endpoint = order.how().tokenEndpoint();
        if (endpoint == null) {
            throw unusable("The connector names no token_endpoint, and the secret has none.");
        }
        return endpoint;
    }

    private NarrowToken asked(
            Order order, URI endpoint, boolean mayBePrivate, TokenForm form, @Nullable Concealed subject) {
        Instant asked = clock.instant();
        TokenAnswer.Given given = given(order.action().tenant(), endpoint, mayBePrivate, form);
        String token = given.token().reveal();
        // An endpoint that answers with what it was sent would make a long-lived value of it that leaves the platform.
        if (order.never().stream().anyMatch(raw -> token.contains(raw.reveal()))
                || subject != null && token.contains(subject.reveal())) {
            throw tooWide("The token endpoint answered with what it was sent.");
        }
        Duration lifetime = given.lifetime();
        Duration longest = order.how().lifetime();
        if (lifetime == null) {
            throw tooWide("The token endpoint does not say when its token expires.");
        }
        if (lifetime.compareTo(longest) > 0) {
            throw tooWide("The token endpoint gave a token for %s, and %s is the longest that may be handed out."
                    .formatted(lifetime, longest));
        }
        return new NarrowToken(given.token(), scope(order.how()), asked.plus(lifetime));
    }

    private TokenAnswer.Given given(TenantId tenant, URI endpoint, boolean mayBePrivate, TokenForm form) {
        TokenAnswer answer = switch (servers.post(tenant, endpoint, mayBePrivate, form.headers(), form.fields())) {
            case TokenServers.Answer.Answered answered ->
                TokenAnswer.read(answered.status(), answered.body(), form.scopes());
            case TokenServers.Answer.Unanswered unanswered -> new TokenAnswer.Refused(unanswered.why());
        };
        return switch (answer) {
            case TokenAnswer.Given given -> given;
            case TokenAnswer.Refused refused
            when refused.code().equals(TokenAnswer.WIDER_SCOPE) ->
                throw tooWide("The token endpoint gave a scope that was not asked for.");
            case TokenAnswer.Refused refused ->
                throw new LeaseRefused(
                        "secret_unavailable", "The token endpoint gives no token: %s.".formatted(refused.code()));
        };
    }

    private static String scope(HandOut how) {
        return String.join(" ", how.scopes());
    }

    private static LeaseRefused unusable(String words) {
        return new LeaseRefused("credential_unusable", words);
    }

    private static LeaseRefused tooWide(String words) {
        return new LeaseRefused("token_too_wide", words);
    }
}
