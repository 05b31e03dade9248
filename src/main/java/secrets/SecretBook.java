package secrets;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import secrets.KeptSecret.Version;
import secrets.Leases.Request;
import secrets.SecretCommand.AddVersion;
import secrets.SecretCommand.CreateSecret;
import secrets.SecretEvent.AgentClassLimited;
import secrets.SecretEvent.CredentialsReinstated;
import secrets.SecretEvent.CredentialsRevoked;
import secrets.SecretEvent.SecretCreated;
import secrets.SecretEvent.SecretGrantRemoved;
import secrets.SecretEvent.SecretGranted;
import secrets.SecretEvent.SecretRemoved;
import secrets.SecretEvent.SecretVersionAdded;
import secrets.SecretEvent.SecretVersionRetired;
import tenancy.Conflict;
import tenancy.InvalidField;
import tenancy.NotFound;

/**
 * What one tenant has said about its secrets: which there are, who may use them, and what was revoked. Leases are not in
 * it: there is one for each action, and each is a stream of its own.
 */
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock", snapshotTriggerDefinition = "snapshotEvery")
@NullUnmarked
class SecretBook {

    static final int MOST_SECRETS = 500;
    static final int MOST_VERSIONS = 20;
    static final int MOST_GRANTS = 1_000;
    static final int MOST_CLASSES = 500;
    static final int MOST_REVOKED = 1_000;

    @AggregateIdentifier
    private String id;

    private TreeMap<String, KeptSecret> secrets = new TreeMap<>();
    private TreeMap<String, Grant> grants = new TreeMap<>();
    private TreeSet<String> readOnlyClasses = new TreeSet<>();
    private TreeSet<String> revokedConnectors = new TreeSet<>();
    private TreeSet<String> revokedAgents = new TreeSet<>();
    private boolean tenantRevoked;
    private long fence;
    /** The highest version of a secret that was removed: no number of such a one is given again. */
    private long highestRemoved;

    SecretBook() {}

    /** @param first what it is opened for: it applies an event, or refuses */
    SecretBook(SecretBookId book, Consumer<SecretBook> first) {
        id = book.toString();
        first.accept(this);
    }

    void create(CreateSecret create) {
        if (secrets.containsKey(create.secret())) {
            throw new Conflict("secret_exists", "There is a secret %s already.".formatted(create.secret()));
        }
        room(secrets, MOST_SECRETS, "secrets");
        numbered(create.version(), highestRemoved + 1, create.secret());
        apply(new SecretCreated(create.secret(), create.system(), create.mode(), create.kind(), create.mayBePrivate()));
        apply(new SecretVersionAdded(
                create.secret(),
                create.version(),
                create.version(),
                create.system(),
                create.kind(),
                create.mayBePrivate(),
                create.digest(),
                null,
                create.hosts()));
    }

    void add(AddVersion add) {
        KeptSecret secret = known(add.secret());
        if (add.kind() != secret.kind()) {
            throw new InvalidField("/value/type", "secret_kind", "must be what the secret was created with");
        }
        room(secret.versions(), MOST_VERSIONS, "versions of a secret in force");
        numbered(add.version(), secret.last() + 1, secret.key());
        long root = add.version();
        List<String> hosts = add.hosts();
        if (add.follows() != null) {
            Version followed = secret.version(add.follows()).orElseThrow(() -> changed(secret.key()));
            root = followed.root();
            hosts = followed.hosts();
        }
        apply(new SecretVersionAdded(
                secret.key(),
                add.version(),
                root,
                secret.system(),
                secret.kind(),
                secret.mayBePrivate(),
                add.digest(),
                add.othersUntil(),
                hosts));
    }

    void retire(String key, long number) {
        KeptSecret secret = known(key);
        Version version =
                secret.version(number).orElseThrow(() -> new NotFound("version %d of secret".formatted(number), key));
        apply(new SecretVersionRetired(key, version.number(), "retired"));
    }

    /** Does nothing where no overlap is over: a sweep may be late, or come twice. */
    void retireDue(Instant now) {
        for (KeptSecret secret : List.copyOf(secrets.values())) {
            for (Version version : secret.versions()) {
                Instant end = version.worksUntil();
                if (end != null && !end.isAfter(now)) {
                    apply(new SecretVersionRetired(secret.key(), version.number(), "overlap_over"));
                }
            }
        }
    }

    void remove(String key) {
        apply(new SecretRemoved(key, known(key).last()));
    }

    void grant(Grant grant) {
        KeptSecret secret = known(grant.secret());
        if (grant.mode() != secret.mode()) {
            throw new InvalidField("/mode", "secret_mode", "must be the secret's own");
        }
        room(grants.values(), MOST_GRANTS, "grants");
        apply(new SecretGranted(
                grant.id(),
                grant.secret(),
                grant.workspace(),
                grant.agentClass(),
                grant.operations(),
                grant.mode(),
                grant.trustZone()));
    }

    void removeGrant(String secret, String grant) {
        Grant known = grants.get(grant);
        if (known == null || !known.secret().equals(secret)) {
            throw new NotFound("grant", grant);
        }
        apply(new SecretGrantRemoved(grant, secret, fence + 1));
    }

    void limit(String agentClass, Mode mode) {
        if (mode == Mode.READ) {
            if (readOnlyClasses.contains(agentClass)) {
                return;
            }
            room(readOnlyClasses, MOST_CLASSES, "read-only agent classes");
        }
        apply(new AgentClassLimited(agentClass, mode, mode == Mode.READ ? fence + 1 : fence));
    }

    /** However often it is asked: each is a fence of its own, and ends what was leased before it. */
    void revoke(Scope scope, String key, String reason) {
        long lastVersion = 0;
        switch (scope) {
            case SECRET -> lastVersion = known(key).last();
            case CONNECTOR -> roomToRevoke(revokedConnectors, key);
            case AGENT -> roomToRevoke(revokedAgents, key);
            case TENANT -> {}
            case GRANT, AGENT_CLASS -> throw new IllegalArgumentException("Ended by other commands");
        }
        apply(new CredentialsRevoked(scope, key, reason, fence + 1, lastVersion));
    }

    void reinstate(Scope scope, String key, String reason) {
        boolean revoked = switch (scope) {
            case SECRET ->
                throw new Conflict(
                        "secret_needs_version", "A revoked secret works again with a new version, and not before.");
            case CONNECTOR -> revokedConnectors.contains(key);
            case AGENT -> revokedAgents.contains(key);
            case TENANT -> tenantRevoked;
            case GRANT, AGENT_CLASS -> throw new IllegalArgumentException("Never revoked by this name");
        };
        if (!revoked) {
            throw new Conflict("not_revoked", "Nothing of this scope and key is revoked.");
        }
        apply(new CredentialsReinstated(scope, key, reason));
    }

    /** Whether a lease may be issued. Decides and changes nothing. */
    LeaseDecision decide(Request request) {
        var agent = request.context().agent();
        if (agent != null && revokedAgents.contains(agent.key())) {
            return LeaseDecision.refused("agent_revoked", "The credentials of this agent are revoked.");
        }
        if (tenantRevoked || revokedConnectors.contains(request.system())) {
            return LeaseDecision.refused(
                    "secret_revoked",
                    "The credentials of this %s are revoked.".formatted(tenantRevoked ? "tenant" : "connector"));
        }
        List<KeptSecret> candidates = secrets.values().stream()
                .filter(secret -> secret.system().equals(request.system()) && secret.mode() == request.mode())
                .filter(secret -> request.handsOut() || secret.kind() != SecretKind.WORKLOAD_TOKEN)
                .toList();
        if (candidates.isEmpty()) {
            return LeaseDecision.refused("no_secret", "There is no secret of this mode for the connector.");
        }
        if (request.mode() == Mode.MUTATE && readOnlyClasses.contains(request.agentClass())) {
            return LeaseDecision.refused("read_only_class", "Agents of this class may only read.");
        }
        boolean granted = false;
        LeaseDecision elsewhere = null;
        for (KeptSecret secret : candidates) {
            for (Grant grant : grants.values()) {
                if (grant.secret().equals(secret.key()) && grant.matches(request)) {
                    granted = true;
                    Version version = secret.newest().orElse(null);
                    if (version != null && !version.hosts().contains(request.origin())) {
                        elsewhere = notBound(secret, version, request.origin());
                    } else if (version != null) {
                        return new LeaseDecision.Granted(secret.key(), version.number(), grant.id(), fence);
                    }
                }
            }
        }
        if (elsewhere != null) {
            return elsewhere;
        }
        return granted
                ? LeaseDecision.refused("secret_revoked", "The secret has no version in force.")
                : LeaseDecision.refused("no_grant", "No grant lets this agent use the secret for this operation.");
    }

    private static LeaseDecision notBound(KeptSecret secret, Version version, String origin) {
        return LeaseDecision.refused(
                "destination_not_bound",
                "The value of secret %s was given for %s, and the connector leads to %s. Give a new value for that."
                        .formatted(
                                secret.key(),
                                version.hosts().isEmpty()
                                        ? "no place that is known"
                                        : String.join(", ", version.hosts()),
                                origin));
    }

    BookView view() {
        return new BookView(
                Map.copyOf(secrets),
                List.copyOf(grants.values()),
                Set.copyOf(readOnlyClasses),
                highestRemoved + 1,
                fence);
    }

    private KeptSecret known(String key) {
        KeptSecret secret = secrets.get(key);
        if (secret == null) {
            throw new NotFound("secret", key);
        }
        return secret;
    }

    private static void roomToRevoke(Set<String> revoked, String key) {
        if (!revoked.contains(key)) {
            room(revoked, MOST_REVOKED, "revocations of connectors, or of agents, at once");
        }
    }

    private static void room(Map<?, ?> there, int most, String what) {
        room(there.keySet(), most, what);
    }

    private static void room(Collection<?> there, int most, String what) {
        if (there.size() >= most) {
            throw new Conflict(
                    "too_many_secrets", "A tenant has at most %d %s. Remove one first.".formatted(most, what));
        }
    }

    private static void numbered(long sealed, long next, String secret) {
        if (sealed != next) {
            throw changed(secret);
        }
    }

    private static Conflict changed(String secret) {
        return new Conflict("secret_changed", "Secret %s was changed at the same time.".formatted(secret));
    }

    @EventSourcingHandler
    void on(SecretEvent event, @SourceId String book, @Timestamp Instant at) {
        id = book;
        switch (event) {
            case SecretCreated created ->
                secrets.put(
                        created.secret(),
                        new KeptSecret(
                                created.secret(),
                                created.system(),
                                created.mode(),
                                created.kind(),
                                created.mayBePrivate(),
                                at,
                                new ArrayList<>(),
                                0,
                                null));
            case SecretVersionAdded added ->
                secrets.computeIfPresent(
                        added.secret(),
                        (key, secret) -> secret.with(
                                new Version(added.version(), added.root(), added.digest(), at, null, added.hosts()),
                                added.othersUntil()));
            case SecretVersionRetired retired ->
                secrets.computeIfPresent(retired.secret(), (key, secret) -> secret.without(retired.version()));
            case SecretRemoved removed -> {
                secrets.remove(removed.secret());
                grants.values().removeIf(grant -> grant.secret().equals(removed.secret()));
                highestRemoved = Math.max(highestRemoved, removed.lastVersion());
            }
            case SecretGranted granted ->
                grants.put(
                        granted.grant(),
                        new Grant(
                                granted.grant(),
                                granted.secret(),
                                granted.workspace(),
                                granted.agentClass(),
                                granted.operations(),
                                granted.mode(),
                                granted.trustZone()));
            case SecretGrantRemoved removed -> {
                grants.remove(removed.grant());
                fence = removed.fence();
            }
            case AgentClassLimited limited -> {
                fence = limited.fence();
                if (limited.mode() == Mode.READ) {
                    readOnlyClasses.add(limited.agentClass());
                } else {
                    readOnlyClasses.remove(limited.agentClass());
                }
            }
            case CredentialsRevoked revoked -> {
                fence = revoked.fence();
                fenceOff(revoked, at);
            }
            case CredentialsReinstated reinstated -> letAgain(reinstated);
            case SecretEvent.RevocationConfirmed notInTheBook -> {}
            case SecretEvent.LeaseIssued notInTheBook -> {}
            case SecretEvent.LeaseRefused notInTheBook -> {}
            case SecretEvent.LeasesEnded notInTheBook -> {}
            case SecretEvent.CredentialMinted notInTheBook -> {}
            case SecretEvent.CredentialHandedOut notInTheBook -> {}
            case SecretEvent.LeaseUseRefused notInTheBook -> {}
            case SecretEvent.SealedValueRefused notInTheBook -> {}
        }
    }

    private void fenceOff(CredentialsRevoked revoked, Instant at) {
        switch (revoked.scope()) {
            case SECRET -> secrets.computeIfPresent(revoked.key(), (key, secret) -> secret.revoked(at));
            case CONNECTOR -> revokedConnectors.add(revoked.key());
            case AGENT -> revokedAgents.add(revoked.key());
            case TENANT -> tenantRevoked = true;
            case GRANT, AGENT_CLASS -> {}
        }
    }

    private void letAgain(CredentialsReinstated reinstated) {
        switch (reinstated.scope()) {
            case CONNECTOR -> revokedConnectors.remove(reinstated.key());
            case AGENT -> revokedAgents.remove(reinstated.key());
            case TENANT -> tenantRevoked = false;
            case SECRET, GRANT, AGENT_CLASS -> {}
        }
    }
}
