package tenancy.credentials;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;
import tenancy.AgentId;
import tenancy.KeyId;
import tenancy.Role;
import tenancy.Urgent;

/** What an API key can be asked. */
sealed interface KeyCommand {

    /** @param hash SHA-256 of the credential, lower-case hex: the credential itself goes to its owner and nowhere else */
    record IssueKey(
            @TargetAggregateIdentifier KeyId key,
            Role role,
            @Nullable AgentId agent,
            String label,
            String hash) implements KeyCommand {}

    record RevokeKey(@TargetAggregateIdentifier KeyId key) implements KeyCommand, Urgent {}
}
