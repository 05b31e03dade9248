package secrets;

import java.time.Instant;
import java.util.List;
import org.axonframework.serialization.Revision;
import org.jspecify.annotations.Nullable;

/** All that can happen to a tenant's secrets, and all that is done with them. No value is in any of it. */
public sealed interface SecretEvent {

    /** @param mayBePrivate whether an operator allowed its token endpoint to have a private address */
    @Revision("1")
    record SecretCreated(String secret, String system, Mode mode, SecretKind kind, boolean mayBePrivate)
            implements SecretEvent {}

    /**
     * @param root the version that it follows by itself; its own number where somebody added it
     * @param digest SHA-256 of the sealed bytes, lower-case hex; absent where the value is kept elsewhere
     * @param othersUntil how long the versions before it work yet
     * @param hosts where its value may be sent, as {@link Origin} spells it; absent in what was journaled before it was
     *     asked: such a version is sent nowhere
     */
    @Revision("1")
    record SecretVersionAdded(
            String secret,
            long version,
            long root,
            String system,
            SecretKind kind,
            boolean mayBePrivate,
            @Nullable String digest,
            @Nullable Instant othersUntil,
            List<String> hosts)
            implements SecretEvent {

        public SecretVersionAdded {
            // What was journaled before it was asked says nothing.
            hosts = hosts == null ? List.of() : List.copyOf(hosts);
        }
    }

    /** @param why {@code overlap_over}, {@code retired} by hand */
    @Revision("1")
    record SecretVersionRetired(String secret, long version, String why) implements SecretEvent {}

    /** @param lastVersion all up to it are gone */
    @Revision("1")
    record SecretRemoved(String secret, long lastVersion) implements SecretEvent {}

    @Revision("1")
    record SecretGranted(
            String grant,
            String secret,
            @Nullable String workspace,
            @Nullable String agentClass,
            List<String> operations,
            Mode mode,
            @Nullable String trustZone)
            implements SecretEvent {

        public SecretGranted {
            operations = List.copyOf(operations);
        }
    }

    @Revision("1")
    record SecretGrantRemoved(String grant, String secret, long fence) implements SecretEvent {}

    /** @param mode {@code read}: agents of the class get nothing that changes anything, whatever is granted */
    @Revision("1")
    record AgentClassLimited(String agentClass, Mode mode, long fence) implements SecretEvent {}

    /**
     * No lease of this scope that is older than the fence can be used any more, and none is issued.
     *
     * @param lastVersion of a revoked secret: it and all before it are gone; 0 for other scopes
     */
    @Revision("1")
    record CredentialsRevoked(Scope scope, String key, String reason, long fence, long lastVersion)
            implements SecretEvent {}

    /** Leases of this scope are issued again. */
    @Revision("1")
    record CredentialsReinstated(Scope scope, String key, String reason) implements SecretEvent {}

    /**
     * What became of the uses that one node had under way when it heard of the revocation.
     *
     * @param tokens that were made for agents and are not expired; absent where another node tells of them
     */
    @Revision("1")
    record RevocationConfirmed(
            Scope scope,
            String key,
            long fence,
            List<Fate> fates,
            @Nullable List<TokenFate> tokens) implements SecretEvent {

        public RevocationConfirmed {
            fates = List.copyOf(fates);
            tokens = tokens == null ? null : List.copyOf(tokens);
        }
    }

    /** @param fence the tenant's newest: one with a higher number ends the lease if its scope covers it */
    @Revision("1")
    record LeaseIssued(
            String lease,
            String action,
            @Nullable String run,
            @Nullable String agent,
            String agentClass,
            @Nullable String workspace,
            String secret,
            long version,
            String grant,
            String system,
            String operation,
            String destination,
            Mode mode,
            long fence,
            Instant expiresAt)
            implements SecretEvent {}

    /**
     * @param code {@code no_secret}, {@code no_grant}, {@code read_only_class}, {@code secret_revoked},
     *     {@code agent_revoked}, {@code destination_not_bound}
     */
    @Revision("1")
    record LeaseRefused(
            String action,
            @Nullable String run,
            @Nullable String agent,
            String agentClass,
            String system,
            String operation,
            String destination,
            Mode mode,
            String code)
            implements SecretEvent {}

    /**
     * A token was made for an agent under this lease, and waits sealed until it is collected.
     *
     * @param audience who takes it
     * @param scope scopes, with spaces between
     */
    @Revision("1")
    record CredentialMinted(
            String lease,
            String action,
            String operation,
            HandOut.Kind kind,
            String audience,
            String scope,
            Instant expiresAt)
            implements SecretEvent {}

    /** Whoever asked for it has the token now, until it expires; nobody gets it again. */
    @Revision("1")
    record CredentialHandedOut(
            String lease, String action, String operation, String audience, String scope, Instant expiresAt)
            implements SecretEvent {}

    /** Uses that were over, gathered for a moment. */
    @Revision("1")
    record LeasesEnded(List<End> ends) implements SecretEvent {

        /** @param outcome {@code unused}, {@code answered}, {@code unanswered}, {@code cancelled} */
        public record End(String lease, String outcome, Instant at) {}

        public LeasesEnded {
            ends = List.copyOf(ends);
        }
    }

    /**
     * Attempts to use a lease that were refused, counted for a moment.
     *
     * @param lease as it was presented; absent where there were too many to tell apart
     * @param code that of {@link secrets.LeaseRefused}, or {@code not_found} for another's token
     */
    @Revision("1")
    record LeaseUseRefused(@Nullable String lease, @Nullable String action, String code, long attempts)
            implements SecretEvent {}

    /** What is stored is not what was sealed there. Somebody has been at the table. */
    @Revision("1")
    record SealedValueRefused(String secret, long version, String why) implements SecretEvent {}

    /**
     * What became of one use when it was revoked.
     *
     * @param fate {@code cancelled}: it had no effect; {@code completed_before}: it left before and was answered;
     *     {@code unknown}: it left before and was cut off
     */
    record Fate(String leaseId, String actionId, @Nullable String workflowRunId, String destination, String fate) {}

    /**
     * What became of one token that was made for an agent.
     *
     * @param fate {@code voided}: nobody has it, and nobody gets it; {@code handed_out}: the agent has it, and only its
     *     expiry, or the system that takes it, ends it; {@code unknown}: another node was handing it out
     */
    record TokenFate(
            String leaseId,
            String actionId,
            @Nullable String agentId,
            String audience,
            Instant expiresAt,
            String fate) {}
}
