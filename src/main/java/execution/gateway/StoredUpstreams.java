package execution.gateway;

import execution.gateway.ConnectorCommand.CompareConnector;
import execution.gateway.ConnectorCommand.ReadConnector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Component;
import tenancy.NotFound;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tools.jackson.databind.JsonNode;

/** Compares on the caller's thread; what follows from it is decided in the tenant's lane. */
@Component
class StoredUpstreams implements Upstreams {

    /** Most characters that one comparison keeps waiting: as many as a connector's document has. */
    private static final int MOST_WAITING = 256 * 1024;

    private final TenantCommands commands;

    StoredUpstreams(TenantCommands commands) {
        this.commands = commands;
    }

    @Override
    public InForce inForce(TenantContext context, String system) {
        Optional<ConnectorView> found =
                commands.ask(context, new ReadConnector(new ConnectorId(context.tenant(), system)));
        ConnectorView connector = found.orElseThrow(() -> new NotFound("connector", system));
        return new InForce(system, connector.version(), connector.document());
    }

    @Override
    public Comparison compare(TenantContext context, InForce connector, List<Offer> offers) {
        Map<String, Offer> offered = new LinkedHashMap<>();
        offers.forEach(offer -> offered.putIfAbsent(offer.upstream(), offer));
        List<Finding> findings = new ArrayList<>();
        List<String> byHand = new ArrayList<>();
        Set<String> known = new HashSet<>();
        int characters = 0;
        for (Map.Entry<String, JsonNode> operation :
                connector.document().path("operations").properties()) {
            String upstream = Pinned.name(operation.getValue());
            if (upstream == null) {
                byHand.add(operation.getKey());
            } else {
                known.add(upstream);
                Finding finding = Finding.of(operation.getKey(), operation.getValue(), offered.get(upstream));
                boolean fits = characters + finding.waiting() <= MOST_WAITING;
                characters += fits ? finding.waiting() : 0;
                findings.add(
                        fits
                                ? finding
                                : finding.withoutOffer("no room beside the others that wait:"
                                        + " accept those first, then refresh the connector again"));
            }
        }
        ConnectorView after = commands.ask(
                context,
                new CompareConnector(
                        new ConnectorId(context.tenant(), connector.system()), connector.version(), findings));
        Set<String> waiting = new HashSet<>();
        after.quarantined().forEach(one -> waiting.add(one.operation()));
        return new Comparison(
                connector.system(),
                after.version(),
                findings.stream()
                        .map(Finding::operation)
                        .filter(name -> !waiting.contains(name))
                        .toList(),
                after.quarantined(),
                byHand,
                offered.values().stream()
                        .filter(offer -> !known.contains(offer.upstream()))
                        .toList());
    }
}
