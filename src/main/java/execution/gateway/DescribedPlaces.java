package execution.gateway;

import execution.gateway.ConnectorCommand.ReadConnector;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import secrets.HandOut;
import secrets.KnownPlaces;
import tenancy.TenantCommands;
import tenancy.TenantContext;

/** Where connectors lead, from the version in force: where they send requests, and where they exchange tokens. */
@Component
class DescribedPlaces implements KnownPlaces {

    private final TenantCommands commands;

    DescribedPlaces(TenantCommands commands) {
        this.commands = commands;
    }

    @Override
    public List<URI> of(TenantContext context, String system) {
        Optional<ConnectorView> described =
                commands.ask(context, new ReadConnector(new ConnectorId(context.tenant(), system)));
        return described
                .map(connector -> ConnectorReader.read(context.tenant(), connector.document()))
                .map(DescribedPlaces::places)
                .orElse(List.of());
    }

    private static List<URI> places(TargetSystem target) {
        Stream<URI> exchanged = target.operations().values().stream()
                .map(TargetSystem.Described::handOut)
                .filter(Objects::nonNull)
                .map(HandOut::tokenEndpoint)
                .filter(Objects::nonNull);
        return Stream.concat(Stream.of(target.base()), exchanged).toList();
    }
}
