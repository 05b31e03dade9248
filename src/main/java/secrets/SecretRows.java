package secrets;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.axonframework.eventhandling.EventMessage;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import secrets.SecretEvent.AgentClassLimited;
import secrets.SecretEvent.CredentialHandedOut;
import secrets.SecretEvent.CredentialMinted;
import secrets.SecretEvent.CredentialsRevoked;
import secrets.SecretEvent.LeaseIssued;
import secrets.SecretEvent.LeasesEnded;
import secrets.SecretEvent.RevocationConfirmed;
import secrets.SecretEvent.SecretGrantRemoved;
import secrets.SecretEvent.SecretRemoved;
import secrets.SecretEvent.SecretVersionAdded;
import secrets.SecretEvent.SecretVersionRetired;
import tenancy.EventRows;
import tenancy.InlineRows;
import tenancy.TenantContext;

/** What each use is checked against, committed with the events that say so: a revocation holds with its commit. */
@Configuration(proxyBeanMethods = false)
class SecretRows {

    @Bean
    InlineRows writesFences() {
        return new EventRows(
                        "secret_fence",
                        "secrets.fence",
                        """
                insert into secrets.fence (tenant_id, scope, key, fence, revoked_at)
                select * from unnest(?::text[], ?::text[], ?::text[], ?::int8[], ?::timestamptz[])
                on conflict (tenant_id, scope, key)
                    do update set fence = excluded.fence, revoked_at = excluded.revoked_at\
                """,
                        List.of("text", "text", "text", "int8", "timestamptz"),
                        event -> switch (event.getPayload()) {
                            case CredentialsRevoked revoked ->
                                fence(event, revoked.scope(), revoked.key(), revoked.fence());
                            case SecretGrantRemoved removed ->
                                fence(event, Scope.GRANT, removed.grant(), removed.fence());
                            case AgentClassLimited limited
                            when limited.mode() == Mode.READ ->
                                fence(event, Scope.AGENT_CLASS, limited.agentClass(), limited.fence());
                            default -> List.of();
                        })
                .withKey(3);
    }

    private static List<Object[]> fence(EventMessage<?> event, Scope scope, String key, long fence) {
        return one(tenant(event), word(scope), key, fence, event.getTimestamp().toString());
    }

    @Bean
    InlineRows writesAddedVersions() {
        return new EventRows(
                "secret_version_added",
                "secrets.version",
                """
                insert into secrets.version
                    (tenant_id, secret, version, root, system, kind, digest, may_be_private, hosts)
                select t.tenant_id, t.secret, t.version, t.root, t.system, t.kind, t.digest, t.may_be_private,
                    string_to_array(t.hosts, ' ')
                from unnest(?::text[], ?::text[], ?::int8[], ?::int8[], ?::text[], ?::text[], ?::text[], ?::bool[],
                    ?::text[]) as t (tenant_id, secret, version, root, system, kind, digest, may_be_private, hosts)\
                """,
                List.of("text", "text", "int8", "int8", "text", "text", "text", "bool", "text"),
                event -> event.getPayload() instanceof SecretVersionAdded added
                        ? one(
                                tenant(event),
                                added.secret(),
                                added.version(),
                                added.root(),
                                added.system(),
                                word(added.kind()),
                                added.digest(),
                                added.mayBePrivate(),
                                String.join(" ", added.hosts()))
                        : List.of());
    }

    @Bean
    InlineRows writesOverlaps() {
        return new EventRows(
                "secret_version_overlap",
                "secrets.version",
                """
                update secrets.version v set works_until = least(v.works_until, t.until)
                from unnest(?::text[], ?::text[], ?::int8[], ?::timestamptz[]) as t (tenant_id, secret, version, until)
                where v.tenant_id = t.tenant_id and v.secret = t.secret and v.version < t.version\
                """,
                List.of("text", "text", "int8", "timestamptz"),
                event -> event.getPayload() instanceof SecretVersionAdded added && added.othersUntil() != null
                        ? one(
                                tenant(event),
                                added.secret(),
                                added.version(),
                                added.othersUntil().toString())
                        : List.of());
    }

    @Bean
    InlineRows removesVersions() {
        return removes("secret_version_gone", "secrets.version");
    }

    @Bean
    InlineRows removesSealedValues() {
        return removes("secret_value_gone", "secrets.sealed_value");
    }

    private static InlineRows removes(String name, String table) {
        return new EventRows(
                name,
                table,
                """
                delete from %s v
                using unnest(?::text[], ?::text[], ?::int8[], ?::int8[]) as t (tenant_id, secret, first, last)
                where v.tenant_id = t.tenant_id and v.secret = t.secret and v.version between t.first and t.last\
                """.formatted(table),
                List.of("text", "text", "int8", "int8"),
                event -> switch (event.getPayload()) {
                    case SecretVersionRetired retired ->
                        one(tenant(event), retired.secret(), retired.version(), retired.version());
                    case SecretRemoved removed -> one(tenant(event), removed.secret(), 0L, removed.lastVersion());
                    case CredentialsRevoked revoked
                    when revoked.scope() == Scope.SECRET ->
                        one(tenant(event), revoked.key(), 0L, revoked.lastVersion());
                    default -> List.of();
                });
    }

    @Bean
    InlineRows writesIssuedLeases() {
        return new EventRows(
                "lease_issued",
                "secrets.lease",
                """
                insert into secrets.lease (tenant_id, lease, action, run, agent, agent_class, workspace, secret, version,
                    grant_id, system, operation, destination, mode, fence, issued_at, expires_at)
                select * from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                    ?::text[], ?::int8[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int8[],
                    ?::timestamptz[], ?::timestamptz[])\
                """,
                List.of(
                        "text",
                        "text",
                        "text",
                        "text",
                        "text",
                        "text",
                        "text",
                        "text",
                        "int8",
                        "text",
                        "text",
                        "text",
                        "text",
                        "text",
                        "int8",
                        "timestamptz",
                        "timestamptz"),
                event -> event.getPayload() instanceof LeaseIssued issued
                        ? one(
                                tenant(event),
                                issued.lease(),
                                issued.action(),
                                issued.run(),
                                issued.agent(),
                                issued.agentClass(),
                                issued.workspace(),
                                issued.secret(),
                                issued.version(),
                                issued.grant(),
                                issued.system(),
                                issued.operation(),
                                issued.destination(),
                                word(issued.mode()),
                                issued.fence(),
                                event.getTimestamp().toString(),
                                issued.expiresAt().toString())
                        : List.of());
    }

    @Bean
    InlineRows writesEndedLeases() {
        return new EventRows(
                "lease_ended",
                "secrets.lease",
                """
                update secrets.lease l set uses = l.uses + 1, outcome = t.outcome, ended_at = t.at
                from unnest(?::text[], ?::text[], ?::text[], ?::timestamptz[]) as t (tenant_id, lease, outcome, at)
                where l.tenant_id = t.tenant_id and l.lease = t.lease\
                """,
                List.of("text", "text", "text", "timestamptz"),
                event -> event.getPayload() instanceof LeasesEnded ended
                        ? ended.ends().stream()
                                .map(end -> new Object[] {
                                    tenant(event),
                                    end.lease(),
                                    end.outcome(),
                                    end.at().toString()
                                })
                                .toList()
                        : List.of());
    }

    @Bean
    InlineRows writesMintedCredentials() {
        return new EventRows(
                "credential_minted",
                "secrets.hand_out",
                """
                insert into secrets.hand_out
                    (tenant_id, lease, action, kind, audience, scope, requester, minted_at, expires_at)
                select * from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                    ?::timestamptz[], ?::timestamptz[])
                on conflict (tenant_id, lease) do nothing\
                """,
                List.of("text", "text", "text", "text", "text", "text", "text", "timestamptz", "timestamptz"),
                event -> event.getPayload() instanceof CredentialMinted minted
                        ? one(
                                tenant(event),
                                minted.lease(),
                                minted.action(),
                                word(minted.kind()),
                                minted.audience(),
                                minted.scope(),
                                meta(event, TenantContext.PRINCIPAL),
                                event.getTimestamp().toString(),
                                minted.expiresAt().toString())
                        : List.of());
    }

    @Bean
    InlineRows writesHandedOutCredentials() {
        return new EventRows(
                "credential_handed_out",
                "secrets.hand_out",
                """
                update secrets.hand_out h set collected_at = t.at
                from unnest(?::text[], ?::text[], ?::timestamptz[]) as t (tenant_id, lease, at)
                where h.tenant_id = t.tenant_id and h.lease = t.lease\
                """,
                List.of("text", "text", "timestamptz"),
                event -> event.getPayload() instanceof CredentialHandedOut out
                        ? one(tenant(event), out.lease(), event.getTimestamp().toString())
                        : List.of());
    }

    @Bean
    InlineRows writesVoidedCredentials() {
        return new EventRows(
                "credential_voided",
                "secrets.hand_out",
                """
                update secrets.hand_out h set voided_at = t.at
                from unnest(?::text[], ?::text[], ?::timestamptz[]) as t (tenant_id, lease, at)
                where h.tenant_id = t.tenant_id and h.lease = t.lease\
                """,
                List.of("text", "text", "timestamptz"),
                event -> event.getPayload() instanceof RevocationConfirmed confirmed && confirmed.tokens() != null
                        ? confirmed.tokens().stream()
                                .filter(token -> token.fate().equals("voided"))
                                .map(token -> new Object[] {
                                    tenant(event),
                                    token.leaseId(),
                                    event.getTimestamp().toString()
                                })
                                .toList()
                        : List.of());
    }

    @SuppressWarnings("NullAway") // columns that may be null
    private static List<Object[]> one(@Nullable Object... values) {
        return List.<Object[]>of(values);
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String tenant(EventMessage<?> event) {
        return meta(event, TenantContext.TENANT);
    }

    private static String meta(EventMessage<?> event, String key) {
        return Objects.requireNonNull((String) event.getMetaData().get(key), key);
    }
}
