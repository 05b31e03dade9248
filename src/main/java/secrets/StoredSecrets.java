package secrets;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import secrets.SecretCommand.AddVersion;
import secrets.SecretCommand.CreateSecret;
import secrets.SecretCommand.ReadSecrets;
import tenancy.Conflict;
import tenancy.NotFound;
import tenancy.Refusal;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/** Seals a value first and tells of it then: a version that is told of can be used. */
@Component
class StoredSecrets {

    private static final Logger LOG = LoggerFactory.getLogger(StoredSecrets.class);
    private static final int MOST_TRIES = 5;

    private final TenantCommands commands;
    private final SealedValues values;
    private final Clock clock;

    StoredSecrets(TenantCommands commands, SealedValues values, Clock clock) {
        this.commands = commands;
        this.values = values;
        this.clock = clock;
    }

    /**
     * A secret that is not there yet.
     *
     * @param hosts where its value may be sent
     */
    record Wanted(String secret, String system, Mode mode, SecretKind kind, boolean mayBePrivate, List<String> hosts) {

        Wanted {
            hosts = List.copyOf(hosts);
        }
    }

    BookView read(TenantContext context) {
        return commands.ask(context, new ReadSecrets(new SecretBookId(context.tenant())));
    }

    /** @param value absent where it is kept elsewhere */
    KeptSecret create(TenantContext context, Wanted wanted, @Nullable SecretValue value) {
        TenantId tenant = context.tenant();
        BookView book = read(context);
        if (book.secret(wanted.secret()).isPresent()) {
            throw new Conflict("secret_exists", "There is a secret %s already.".formatted(wanted.secret()));
        }
        long version = book.first();
        return sealed(
                context,
                wanted.secret(),
                version,
                value,
                digest -> new CreateSecret(
                        new SecretBookId(tenant),
                        wanted.secret(),
                        wanted.system(),
                        wanted.mode(),
                        wanted.kind(),
                        wanted.mayBePrivate(),
                        version,
                        digest,
                        wanted.hosts()));
    }

    /**
     * @param overlap how long the versions before it work yet
     * @param hosts where the new value may be sent
     */
    KeptSecret rotate(
            TenantContext context,
            String secret,
            SecretKind kind,
            @Nullable SecretValue value,
            Duration overlap,
            List<String> hosts) {
        return add(context, secret, kind, value, null, overlap, hosts);
    }

    /**
     * Adds what a token endpoint gave instead of what was used. The old one is kept for as long as it may be leased, so
     * that its leases find what followed it.
     */
    void follow(TenantId tenant, String secret, long version, SecretValue.RefreshToken value) {
        TenantContext context = TenantContext.of(tenant, "platform:rotation", null);
        for (int tries = 1; ; tries++) {
            try {
                KeptSecret unused =
                        add(context, secret, SecretKind.REFRESH_TOKEN, value, version, StoredLeases.LONGEST, List.of());
                return;
            } catch (Conflict atTheSameTime) {
                if (tries == MOST_TRIES) {
                    LOG.error("A rotated refresh token of {} of {} could not be kept", secret, tenant, atTheSameTime);
                    return;
                }
            } catch (NotFound removed) {
                return;
            }
        }
    }

    private KeptSecret add(
            TenantContext context,
            String secret,
            SecretKind kind,
            @Nullable SecretValue value,
            @Nullable Long follows,
            Duration overlap,
            List<String> hosts) {
        TenantId tenant = context.tenant();
        KeptSecret known = read(context).secret(secret).orElseThrow(() -> new NotFound("secret", secret));
        long version = known.last() + 1;
        return sealed(
                context,
                secret,
                version,
                value,
                digest -> new AddVersion(
                        new SecretBookId(tenant),
                        secret,
                        kind,
                        version,
                        follows,
                        digest,
                        clock.instant().plus(overlap),
                        hosts));
    }

    /** What a digest is told of with. */
    private interface Telling {
        SecretCommand of(@Nullable String digest);
    }

    private KeptSecret sealed(
            TenantContext context, String secret, long version, @Nullable SecretValue value, Telling telling) {
        String digest = value == null ? null : values.put(context.tenant(), secret, version, value);
        try {
            BookView book = commands.ask(context, telling.of(digest));
            return book.secret(secret).orElseThrow(() -> new NotFound("secret", secret));
        } catch (Refusal refused) {
            // Of anything else it is not known whether it was committed: what nobody told of is swept later.
            if (digest != null) {
                values.discard(context.tenant(), secret, version);
            }
            throw refused;
        }
    }
}
