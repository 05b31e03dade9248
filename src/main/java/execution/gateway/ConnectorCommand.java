package execution.gateway;

import java.util.Set;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a connector can be asked. */
sealed interface ConnectorCommand {

    /**
     * Describes the system, or changes its description. The document was checked before it enters the lane.
     *
     * @param privateHosts hosts that the document allows to be private
     * @param replaces the version it replaces; null for a system that has none yet
     * @param mayAllowPrivate whether whoever asks may open the platform's own network to the connector
     */
    record DefineConnector(
            @TargetAggregateIdentifier ConnectorId connector,
            String digest,
            JsonNode document,
            Set<String> privateHosts,
            @Nullable Long replaces,
            boolean mayAllowPrivate)
            implements ConnectorCommand {

        static DefineConnector as(
                ConnectorId connector, TargetSystem target, @Nullable Long replaces, boolean mayAllowPrivate) {
            return new DefineConnector(
                    connector, target.digest(), target.document(), target.privateHosts(), replaces, mayAllowPrivate);
        }
    }

    /** Reads the description in force. Through the lane, so that what was just written is there. */
    record ReadConnector(@TargetAggregateIdentifier ConnectorId connector) implements ConnectorCommand {}
}
