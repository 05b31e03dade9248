package execution.gateway;

import execution.gateway.ConnectorCommand.ReadConnector;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.stereotype.Component;
import tenancy.TenantCommands;
import tenancy.TenantContext;

/** {@link SystemHealth} by the circuit breakers of this node and the connector in force. */
@Component
class ObservedHealth implements SystemHealth {

    private final TenantCommands commands;
    private final Breakers breakers;

    ObservedHealth(TenantCommands commands, Breakers breakers) {
        this.commands = commands;
        this.breakers = breakers;
    }

    @Override
    public Optional<Standing> of(TenantContext context, String system) {
        Optional<ConnectorView> connector =
                commands.ask(context, new ReadConnector(new ConnectorId(context.tenant(), system)));
        return connector.map(view -> {
            TargetSystem target = ConnectorReader.read(context.tenant(), view.document());
            Map<String, Integer> bulkheads = new TreeMap<>();
            target.operations().forEach((name, operation) -> bulkheads.put(name, operation.bulkhead()));
            return new Standing(
                    breakers.seen(context.tenant(), system, target.breaker()), target.bulkhead(), bulkheads);
        });
    }
}
