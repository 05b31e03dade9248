package secrets;

import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import secrets.Credentials.Purpose;
import secrets.LeaseChecks.Held;
import secrets.NarrowTokens.Order;
import secrets.SecretCommand.WriteDown;
import secrets.SecretEvent.CredentialMinted;
import secrets.StoredCredentials.Opened;
import tenancy.AgentId;
import tenancy.RunId;
import tenancy.TenantCommands;
import tenancy.TenantContext;

/** Makes a token under a lease, seals it, and tells of it then: what is not told of is never collected. */
@Component
class StoredHandOuts implements HandOuts {

    private final StoredCredentials credentials;
    private final NarrowTokens narrow;
    private final UncollectedTokens uncollected;
    private final UsesUnderWay underWay;
    private final LeaseReports reports;
    private final TenantCommands commands;
    private final Clock clock;

    StoredHandOuts(
            StoredCredentials credentials,
            NarrowTokens narrow,
            UncollectedTokens uncollected,
            UsesUnderWay underWay,
            LeaseReports reports,
            TenantCommands commands,
            Clock clock) {
        this.credentials = credentials;
        this.narrow = narrow;
        this.uncollected = uncollected;
        this.underWay = underWay;
        this.reports = reports;
        this.commands = commands;
        this.clock = clock;
    }

    @Override
    public Ready make(TenantContext context, Lease lease, Purpose purpose, HandOut how) {
        var use = new LeasedUse(lease, () -> {}, this::over);
        underWay.begun(use);
        try (use) {
            NarrowToken made = credentials.open(
                    use,
                    lease,
                    purpose,
                    (value, checked, storeLease) ->
                            made(context, lease, purpose, how, value, checked.held(), storeLease));
            use.opened(new Credential.Token(made.value()), List.of(made.value()), () -> {});
            if (!use.leaves()) {
                throw new LeaseRefused("lease_revoked", "The lease was revoked while the token was made.");
            }
            Ready ready = kept(context, lease, how, made);
            use.answered();
            return ready;
        } catch (LeaseRefused refused) {
            reports.refused(lease, refused.code());
            throw refused;
        }
    }

    private void over(LeasedUse use) {
        underWay.over(use);
        if (use.wasOpened()) {
            reports.ended(use.lease(), use.outcome());
        }
    }

    private NarrowToken made(
            TenantContext context,
            Lease lease,
            Purpose purpose,
            HandOut how,
            SecretValue value,
            Held held,
            @Nullable String storeLease) {
        AgentId agent = context.agent();
        RunId run = context.run();
        if (agent == null || run == null) {
            throw new LeaseRefused("lease_mismatch", "Nothing is handed out to who is no agent in a run.");
        }
        bound(lease, how, held, value);
        List<Concealed> never = new ArrayList<>(texts(value));
        Concealed subject = null;
        if (how.kind() == HandOut.Kind.TOKEN_EXCHANGE && !(value instanceof SecretValue.Workload)) {
            Opened opened = credentials.opened(value, held, lease, purpose, storeLease);
            never.addAll(opened.secrets());
            subject = switch (opened.credential()) {
                case Credential.Token token -> token.value();
                case Credential.UserAndPassword _, Credential.ClientCertificate _ ->
                    throw new LeaseRefused(
                            "credential_unusable",
                            "What is sealed as %s cannot be exchanged for a token.".formatted(lease.secret()));
            };
        }
        NarrowToken made = narrow.make(new Order(
                lease.action(), agent, run, how, value, subject, held.mayBePrivate(), never, lease.expiresAt()));
        credentials.end(lease, storeLease);
        return made;
    }

    /** Where the connector names the endpoint, what is sent there is bound as it is for the system itself. */
    private static void bound(Lease lease, HandOut how, Held held, SecretValue value) {
        URI endpoint = how.tokenEndpoint();
        boolean saysItself =
                value instanceof SecretValue.ClientCredentials || value instanceof SecretValue.RefreshToken;
        if (endpoint != null && !saysItself && !held.hosts().contains(Origin.of(endpoint))) {
            throw new LeaseRefused(
                    "destination_not_bound",
                    "The value of secret %s was not given for %s. Give a new value for that."
                            .formatted(lease.secret(), Origin.of(endpoint)));
        }
    }

    /** All that is sealed in it and long-lived. */
    private static List<Concealed> texts(SecretValue value) {
        return switch (value) {
            case SecretValue.ApiKey key -> List.of(key.value());
            case SecretValue.Basic basic -> List.of(basic.password());
            case SecretValue.ClientCredentials client -> List.of(client.clientSecret());
            case SecretValue.RefreshToken token ->
                token.clientSecret() == null
                        ? List.of(token.refreshToken())
                        : List.of(token.refreshToken(), token.clientSecret());
            case SecretValue.Certificate certificate -> List.of(certificate.key());
            case SecretValue.Workload _ -> List.of();
        };
    }

    private Ready kept(TenantContext context, Lease lease, HandOut how, NarrowToken made) {
        Instant until = made.expiresAt().isBefore(lease.expiresAt()) ? made.expiresAt() : lease.expiresAt();
        if (!clock.instant().isBefore(until)) {
            throw new LeaseRefused("lease_expired", "The token was expired when it was made.");
        }
        String audience = how.takenBy(lease.destination());
        uncollected.keep(lease.action(), lease.id(), made, until);
        commands.ask(
                context,
                new WriteDown(
                        new SecretBookId(lease.action().tenant()),
                        List.of(new CredentialMinted(
                                lease.id(),
                                lease.action().key(),
                                lease.operation(),
                                how.kind(),
                                audience,
                                made.scope(),
                                made.expiresAt()))));
        return new Ready(lease.id(), audience, made.scope(), made.expiresAt(), until);
    }
}
