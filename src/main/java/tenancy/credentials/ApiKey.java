package tenancy.credentials;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import tenancy.AgentId;
import tenancy.KeyId;
import tenancy.TenantContext;
import tenancy.TenantEvent.KeyIssued;
import tenancy.TenantEvent.KeyRevoked;
import tenancy.TenantId;
import tenancy.credentials.KeyCommand.IssueKey;
import tenancy.credentials.KeyCommand.RevokeKey;

/** One API key: issued once, revoked once, never changed. */
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock", snapshotTriggerDefinition = "snapshotEvery")
@NullUnmarked
class ApiKey {

    @AggregateIdentifier
    private String id;

    private String key;
    private boolean revoked;

    ApiKey() {}

    ApiKey(IssueKey issue) {
        AgentId agent = issue.agent();
        apply(new KeyIssued(
                issue.key().key(), issue.role(), agent == null ? null : agent.key(), issue.label(), issue.hash()));
    }

    @CommandHandler
    void handle(RevokeKey revoke) {
        if (!revoked) {
            apply(new KeyRevoked(key));
        }
    }

    @EventSourcingHandler
    void on(KeyIssued issued, @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant) {
        id = new KeyId(new TenantId(tenant), issued.key()).toString();
        key = issued.key();
    }

    @EventSourcingHandler
    void on(KeyRevoked gone) {
        revoked = true;
    }
}
