package execution.gateway;

import java.util.List;
import java.util.Set;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;
import tenancy.ActionId;
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

    /**
     * Describes the system as the catalogue does.
     *
     * @param define what the catalogue says
     * @param catalogueVersion of it
     */
    record AdoptConnector(DefineConnector define, long catalogueVersion) implements ConnectorCommand {}

    /**
     * Tells what an upstream was found to say now.
     *
     * @param version of the description that was compared with it
     */
    record CompareConnector(@TargetAggregateIdentifier ConnectorId connector, long version, List<Finding> findings)
            implements ConnectorCommand {

        public CompareConnector {
            findings = List.copyOf(findings);
        }
    }

    /**
     * Takes an operation out of quarantine, with what it has become.
     *
     * @param offeredDigest of what is accepted
     * @param version of the description that it is merged with
     * @param digest of the document with what was accepted
     * @param document with it; checked before it enters the lane
     */
    record AcceptOperation(
            @TargetAggregateIdentifier ConnectorId connector,
            String operation,
            String offeredDigest,
            long version,
            String digest,
            JsonNode document)
            implements ConnectorCommand {}

    /**
     * Borrows the credential that a server is asked for its tools with.
     *
     * @param listing names this one time, in the place of an action
     * @param system the connector's key
     * @param destination host that is asked
     * @param origin the same with scheme and port
     */
    record LendForListing(ActionId listing, String system, String destination, String origin)
            implements ConnectorCommand {}
}
