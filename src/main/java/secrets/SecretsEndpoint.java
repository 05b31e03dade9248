package secrets;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import secrets.SecretCommand.RemoveSecret;
import secrets.SecretCommand.RetireVersion;
import secrets.StoredSecrets.Wanted;
import tenancy.Caller;
import tenancy.Cursor;
import tenancy.Forbidden;
import tenancy.Identifiers;
import tenancy.InvalidField;
import tenancy.NotFound;
import tenancy.Page;
import tenancy.Role;
import tenancy.TenantCommands;
import tenancy.TenantContext;

/** A tenant's secrets over HTTP. Values go in; none ever comes out. */
@RestController
@RequestMapping("/v1/secrets")
class SecretsEndpoint {

    private static final Duration OVERLAP = Duration.ofMinutes(5);
    private static final Duration LONGEST_OVERLAP = Duration.ofDays(30);

    private final TenantCommands commands;
    private final StoredSecrets secrets;
    private final KnownPlaces places;

    SecretsEndpoint(TenantCommands commands, StoredSecrets secrets, KnownPlaces places) {
        this.commands = commands;
        this.secrets = secrets;
        this.places = places;
    }

    /**
     * @param system the connector's key
     * @param value left out for a secret that is kept elsewhere
     * @param keptElsewhere whether the operator's own store has it
     * @param allowPrivateTokenEndpoint only an operator may say so
     * @param hosts where the value may be sent, such as {@code https://tickets.example}; where the connector leads now, if
     *     left out
     */
    record NewSecret(
            String secretId,
            String system,
            Mode mode,
            @Nullable NewValue value,
            @Nullable Boolean keptElsewhere,
            @Nullable Boolean allowPrivateTokenEndpoint,
            @Nullable List<String> hosts) {}

    /**
     * @param overlap how long the versions before it work yet, up to 30 days; five minutes if left out, and PT0S in an
     *     emergency
     * @param hosts where the new value may be sent; where the connector leads now, if left out
     */
    record NewVersion(
            @Nullable NewValue value,
            @Nullable Duration overlap,
            @Nullable List<String> hosts) {}

    /**
     * @param state {@code current}: leases are issued on it; {@code overlapping}: leases that were issued on it work yet
     * @param automatic whether the token endpoint gave it
     * @param digest SHA-256 of what is sealed, not of the value
     * @param hosts where its value may be sent; no lease is issued for any other place
     */
    record VersionView(
            long version,
            String state,
            boolean automatic,
            @Nullable String digest,
            Instant addedAt,
            @Nullable Instant worksUntil,
            List<String> hosts) {}

    /** @param state {@code in_force}, {@code revoked}, or {@code empty} if each version was retired */
    record SecretView(
            @JsonProperty("secret_id") String secret,
            String system,
            Mode mode,
            SecretKind kind,
            String state,
            boolean allowPrivateTokenEndpoint,
            Instant createdAt,
            @Nullable Instant revokedAt,
            List<VersionView> versions) {

        SecretView {
            versions = List.copyOf(versions);
        }
    }

    @GetMapping
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','OPERATOR')")
    Page<SecretView> list(
            TenantContext context,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        int most = Cursor.limit(limit);
        String after = Cursor.key(cursor);
        return Page.of(
                secrets.read(context).secrets().values().stream()
                        .filter(secret -> secret.key().compareTo(after) > 0)
                        .sorted(Comparator.comparing(KeptSecret::key))
                        .limit(most + 1L)
                        .map(SecretsEndpoint::view)
                        .toList(),
                most,
                SecretView::secret);
    }

    @GetMapping("/{secret}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','OPERATOR')")
    SecretView read(TenantContext context, @PathVariable String secret) {
        return view(known(context, secret));
    }

    @PostMapping
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<SecretView> create(TenantContext context, Caller caller, @RequestBody NewSecret wanted) {
        String key = Identifiers.check("secret_id", wanted.secretId());
        String system = Identifiers.check("system", wanted.system());
        boolean mayBePrivate = Boolean.TRUE.equals(wanted.allowPrivateTokenEndpoint());
        if (mayBePrivate && caller.role() != Role.OPERATOR) {
            throw new Forbidden(
                    "private_addresses", "Only an operator may allow a token endpoint to have a private address.");
        }
        boolean elsewhere = Boolean.TRUE.equals(wanted.keptElsewhere());
        SecretValue value = value(wanted.value(), elsewhere, mayBePrivate);
        KeptSecret created = secrets.create(
                context,
                new Wanted(
                        key,
                        system,
                        wanted.mode(),
                        value == null ? SecretKind.ELSEWHERE : SecretKind.of(value),
                        mayBePrivate,
                        hosts(context, system, wanted.hosts())),
                value);
        return ResponseEntity.created(URI.create("/v1/secrets/" + key)).body(view(created));
    }

    /** Rotates: leases are issued on the new version, and the ones before work until the overlap is over. */
    @PostMapping("/{secret}/versions")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<SecretView> rotate(
            TenantContext context, @PathVariable String secret, @RequestBody NewVersion wanted) {
        KeptSecret known = known(context, secret);
        Duration overlap = wanted.overlap() == null ? OVERLAP : wanted.overlap();
        if (overlap.isNegative() || overlap.compareTo(LONGEST_OVERLAP) > 0) {
            throw new InvalidField("/overlap", "range", "must be PT0S to P30D");
        }
        SecretValue value = value(wanted.value(), known.kind() == SecretKind.ELSEWHERE, known.mayBePrivate());
        SecretKind kind = value == null ? SecretKind.ELSEWHERE : SecretKind.of(value);
        if (kind != known.kind()) {
            throw new InvalidField("/value/type", "secret_kind", "must be what the secret was created with");
        }
        KeptSecret rotated =
                secrets.rotate(context, secret, kind, value, overlap, hosts(context, known.system(), wanted.hosts()));
        return ResponseEntity.created(URI.create("/v1/secrets/" + secret)).body(view(rotated));
    }

    /** Ends one version at once; what is sealed of it is gone. */
    @DeleteMapping("/{secret}/versions/{version}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<Void> retire(TenantContext context, @PathVariable String secret, @PathVariable long version) {
        BookView unused = commands.ask(context, new RetireVersion(new SecretBookId(context.tenant()), secret, version));
        return ResponseEntity.noContent().build();
    }

    /** Removes it with its versions and grants. What is under way with it goes on: in an emergency, revoke. */
    @DeleteMapping("/{secret}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<Void> remove(TenantContext context, @PathVariable String secret) {
        BookView unused = commands.ask(context, new RemoveSecret(new SecretBookId(context.tenant()), secret));
        return ResponseEntity.noContent().build();
    }

    private KeptSecret known(TenantContext context, String secret) {
        return secrets.read(context).secret(secret).orElseThrow(() -> new NotFound("secret", secret));
    }

    /** Bound now: whoever changes the connector later does not learn the value by that. */
    private List<String> hosts(TenantContext context, String system, @Nullable List<String> wanted) {
        if (wanted != null) {
            return Origin.checked(wanted);
        }
        List<String> known = places.of(context, system).stream()
                .map(Origin::of)
                .distinct()
                .sorted()
                .toList();
        if (known.isEmpty()) {
            throw new InvalidField(
                    "/hosts", "required", "must say where the value may be sent, or describe the connector first");
        }
        return known;
    }

    private static @Nullable SecretValue value(@Nullable NewValue value, boolean elsewhere, boolean mayBePrivate) {
        if (elsewhere != (value == null)) {
            throw elsewhere
                    ? new InvalidField(
                            "/value", "kept_elsewhere", "must be left out for a secret that is kept elsewhere")
                    : new InvalidField("/value", "required", "must be there and not null");
        }
        return value == null ? null : value.checked(mayBePrivate);
    }

    private static SecretView view(KeptSecret secret) {
        String state = secret.versions().isEmpty() ? "empty" : "in_force";
        long current = secret.newest().map(KeptSecret.Version::number).orElse(0L);
        return new SecretView(
                secret.key(),
                secret.system(),
                secret.mode(),
                secret.kind(),
                secret.revokedAt() == null ? state : "revoked",
                secret.mayBePrivate(),
                secret.createdAt(),
                secret.revokedAt(),
                secret.versions().stream()
                        .map(version -> new VersionView(
                                version.number(),
                                version.number() == current ? "current" : "overlapping",
                                version.root() != version.number(),
                                version.digest(),
                                version.addedAt(),
                                version.worksUntil(),
                                version.hosts()))
                        .toList());
    }
}
