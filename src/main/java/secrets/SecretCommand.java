package secrets;

import java.time.Instant;
import java.util.List;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;
import secrets.SecretEvent.CredentialHandedOut;
import secrets.SecretEvent.RevocationConfirmed;
import tenancy.AgentId;
import tenancy.Urgent;

/** All that a tenant's secrets can be asked. No value is in any of it: what is sealed is written before. */
sealed interface SecretCommand {

    /**
     * @param version the one that was sealed
     * @param hosts where its value may be sent, as {@link Origin} spells it
     */
    record CreateSecret(
            @TargetAggregateIdentifier SecretBookId book,
            String secret,
            String system,
            Mode mode,
            SecretKind kind,
            boolean mayBePrivate,
            long version,
            @Nullable String digest,
            List<String> hosts)
            implements SecretCommand {

        public CreateSecret {
            hosts = List.copyOf(hosts);
        }
    }

    /**
     * @param version the one that was sealed
     * @param follows the version that this one follows by itself; absent where somebody adds it
     * @param othersUntil how long the versions before it work yet
     * @param hosts where its value may be sent; what the version has that it follows, if it follows one by itself
     */
    record AddVersion(
            @TargetAggregateIdentifier SecretBookId book,
            String secret,
            SecretKind kind,
            long version,
            @Nullable Long follows,
            @Nullable String digest,
            Instant othersUntil,
            List<String> hosts)
            implements SecretCommand {

        public AddVersion {
            hosts = List.copyOf(hosts);
        }
    }

    record RetireVersion(@TargetAggregateIdentifier SecretBookId book, String secret, long version)
            implements SecretCommand {}

    /** Retires the versions whose overlap is over. */
    record RetireDue(@TargetAggregateIdentifier SecretBookId book, Instant now) implements SecretCommand {}

    record RemoveSecret(@TargetAggregateIdentifier SecretBookId book, String secret) implements SecretCommand {}

    record GrantSecret(@TargetAggregateIdentifier SecretBookId book, Grant grant) implements SecretCommand {}

    record RemoveGrant(@TargetAggregateIdentifier SecretBookId book, String secret, String grant)
            implements SecretCommand {}

    record LimitAgentClass(@TargetAggregateIdentifier SecretBookId book, String agentClass, Mode mode)
            implements SecretCommand {}

    record RevokeCredentials(@TargetAggregateIdentifier SecretBookId book, Scope scope, String key, String reason)
            implements SecretCommand, Urgent {}

    record ReinstateCredentials(@TargetAggregateIdentifier SecretBookId book, Scope scope, String key, String reason)
            implements SecretCommand, Urgent {}

    /** Reads the book in the tenant's lane, so that whoever changed it sees what they changed. */
    record ReadSecrets(@TargetAggregateIdentifier SecretBookId book) implements SecretCommand {}

    /** Tells that an agent gets its token, unless the agent was retired meanwhile. */
    record HandOutCredential(
            @TargetAggregateIdentifier SecretBookId book,
            @Nullable AgentId agent,
            CredentialHandedOut out) implements SecretCommand {}

    /** Writes down what a revocation ended. */
    record ConfirmRevocation(@TargetAggregateIdentifier SecretBookId book, RevocationConfirmed confirmed)
            implements SecretCommand, Urgent {}

    /** Writes down what happened outside of lanes, each as an event of its own. */
    record WriteDown(@TargetAggregateIdentifier SecretBookId book, List<SecretEvent> happened)
            implements SecretCommand {

        public WriteDown {
            happened = List.copyOf(happened);
        }
    }
}
