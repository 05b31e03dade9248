package secrets;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import secrets.AccessTokens.Minted;
import secrets.LeaseChecks.Checked;
import secrets.LeaseChecks.Held;
import tenancy.TenantId;

/** Opens what is sealed, for one use of one lease at a time, and forgets it with the use. */
@Component
class StoredCredentials implements Credentials {

    private static final Logger LOG = LoggerFactory.getLogger(StoredCredentials.class);

    private final LeaseChecks checks;
    private final SealedValues values;
    private final KeptElsewhere elsewhere;
    private final AccessTokens tokens;
    private final StoredSecrets secrets;
    private final UsesUnderWay underWay;
    private final LeaseReports reports;

    /** A refresh token may be used once: its uses take turns, and each sees what the one before was given. */
    private final Turns turns = new Turns();

    StoredCredentials(
            LeaseChecks checks,
            SealedValues values,
            KeptElsewhere elsewhere,
            AccessTokens tokens,
            StoredSecrets secrets,
            UsesUnderWay underWay,
            LeaseReports reports) {
        this.checks = checks;
        this.values = values;
        this.elsewhere = elsewhere;
        this.tokens = tokens;
        this.secrets = secrets;
        this.underWay = underWay;
        this.reports = reports;
    }

    /** What was opened, and what ends with it. */
    record Opened(
            Credential credential,
            List<Concealed> secrets,
            @Nullable String storeLease) {}

    @Override
    public Use use(Lease lease, Purpose purpose, Runnable cancel) {
        var use = new LeasedUse(lease, cancel, this::over);
        // Before the check: a revocation that the check does not see finds the use.
        underWay.begun(use);
        try {
            Opened opened = open(use, lease, purpose);
            use.opened(opened.credential(), opened.secrets(), () -> end(lease, opened.storeLease()));
            return use;
        } catch (LeaseRefused refused) {
            use.close();
            reports.refused(lease, refused.code());
            throw refused;
        } catch (RuntimeException failed) {
            use.close();
            throw failed;
        }
    }

    private void over(LeasedUse use) {
        underWay.over(use);
        if (use.wasOpened()) {
            reports.ended(use.lease(), use.outcome());
        }
    }

    private Opened open(LeasedUse use, Lease lease, Purpose purpose) {
        return open(
                use,
                lease,
                purpose,
                (value, checked, storeLease) -> opened(value, checked.held(), lease, purpose, storeLease));
    }

    /** What is made of a value that was opened, while it is open. */
    interface Opening<T> {

        /** @param storeLease the store's own lease behind the value; absent where it has none */
        T of(SecretValue value, Checked checked, @Nullable String storeLease);
    }

    /** Checks the lease for this use, and opens what it is for. */
    <T> T open(LeasedUse use, Lease lease, Purpose purpose, Opening<T> opening) {
        Checked checked = checked(use, lease, purpose);
        return switch (checked.held().kind()) {
            case REFRESH_TOKEN -> inTurn(use, lease, purpose, opening);
            case ELSEWHERE -> openElsewhere(checked, lease, opening);
            case API_KEY, BASIC, CLIENT_CREDENTIALS, CERTIFICATE, WORKLOAD_TOKEN ->
                opening.of(value(checked.held(), lease), checked, null);
        };
    }

    private Checked checked(LeasedUse use, Lease lease, Purpose purpose) {
        Checked checked;
        do {
            checked = checks.check(lease, purpose);
        } while (!use.checked(checked.lease()));
        return checked;
    }

    private <T> T inTurn(LeasedUse use, Lease lease, Purpose purpose, Opening<T> opening) {
        ReentrantLock turn = turns.of(lease.action().tenant(), lease.secret());
        turn.lock();
        try {
            Checked checked = checked(use, lease, purpose);
            return opening.of(value(checked.held(), lease), checked, null);
        } finally {
            turn.unlock();
        }
    }

    private <T> T openElsewhere(Checked checked, Lease lease, Opening<T> opening) {
        var read = elsewhere.read(lease.action().tenant(), lease.system(), lease.secret(), lease.mode());
        try {
            return opening.of(read.value(), checked, read.storeLease());
        } catch (RuntimeException refused) {
            end(lease, read.storeLease());
            throw refused;
        }
    }

    private SecretValue value(Held held, Lease lease) {
        byte[] sealed = held.sealed();
        if (sealed == null || !SealedValues.digest(sealed).equals(held.digest())) {
            reports.tampered(lease, held.version(), sealed == null ? "missing" : "digest");
            throw new LeaseRefused("secret_unavailable", "What is stored is not what was sealed.");
        }
        try {
            return values.open(lease.action().tenant(), lease.secret(), held.version(), sealed);
        } catch (Seals.Unsealable notSealedHere) {
            reports.tampered(lease, held.version(), "unsealable");
            throw new LeaseRefused("secret_unavailable", "What is stored does not open.");
        }
    }

    /** What requests carry of a value, or what a token endpoint exchanges. */
    Opened opened(SecretValue value, Held held, Lease lease, Purpose purpose, @Nullable String storeLease) {
        return switch (value) {
            case SecretValue.ApiKey key ->
                new Opened(new Credential.Token(key.value()), List.of(key.value()), storeLease);
            case SecretValue.Basic basic ->
                new Opened(
                        new Credential.UserAndPassword(basic.user(), basic.password()),
                        List.of(basic.password(), encoded(basic)),
                        storeLease);
            case SecretValue.Certificate certificate ->
                new Opened(
                        new Credential.ClientCertificate(certificate.chain(), certificate.key()),
                        List.of(certificate.key()),
                        storeLease);
            case SecretValue.ClientCredentials credentials -> {
                Minted minted = mint(value, held, lease, purpose);
                yield new Opened(
                        new Credential.Token(minted.token()),
                        List.of(minted.token(), credentials.clientSecret()),
                        storeLease);
            }
            case SecretValue.Workload _ ->
                throw new LeaseRefused(
                        "credential_unusable",
                        "A token is made of %s and handed out; no request is sent with it.".formatted(lease.secret()));
            case SecretValue.RefreshToken token -> refreshed(token, held, lease, purpose, storeLease);
        };
    }

    private Opened refreshed(
            SecretValue.RefreshToken token, Held held, Lease lease, Purpose purpose, @Nullable String storeLease) {
        Minted minted = mint(token, held, lease, purpose);
        List<Concealed> all = new ArrayList<>(List.of(minted.token(), token.refreshToken()));
        if (token.clientSecret() != null) {
            all.add(token.clientSecret());
        }
        Concealed rotated = minted.rotated();
        if (rotated != null) {
            all.add(rotated);
            if (held.kind() == SecretKind.REFRESH_TOKEN) {
                secrets.follow(
                        lease.action().tenant(),
                        lease.secret(),
                        held.version(),
                        new SecretValue.RefreshToken(
                                token.tokenEndpoint(), token.clientId(), token.clientSecret(), rotated));
            }
        }
        return new Opened(new Credential.Token(minted.token()), all, storeLease);
    }

    /** What was minted of a version is good for those that follow it by themselves. */
    private Minted mint(SecretValue value, Held held, Lease lease, Purpose purpose) {
        var ofRoot = new Lease(
                lease.action(),
                lease.id(),
                lease.secret(),
                held.root(),
                lease.system(),
                lease.operation(),
                lease.destination(),
                lease.mode(),
                lease.expiresAt());
        return tokens.token(lease.action().tenant(), ofRoot, value, purpose, held.mayBePrivate());
    }

    void end(Lease lease, @Nullable String storeLease) {
        if (storeLease == null) {
            return;
        }
        TenantId tenant = lease.action().tenant();
        try {
            elsewhere.end(tenant, storeLease);
        } catch (RuntimeException unreachable) {
            LOG.warn("The store's own lease behind {} of {} was not ended", lease.id(), tenant, unreachable);
        }
    }

    private static Concealed encoded(SecretValue.Basic basic) {
        String pair = basic.user() + ":" + basic.password().reveal();
        return new Concealed(Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }
}
