package execution;

import execution.FairQueue.Use;
import execution.gateway.SystemHealth;
import execution.gateway.SystemHealth.Circuit;
import execution.gateway.SystemHealth.Standing;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import tenancy.NotFound;
import tenancy.TenantContext;

/** How a tenant's target systems fare, over HTTP. */
@RestController
class ConnectorHealthEndpoint {

    private final SystemHealth health;
    private final Backlog backlog;

    ConnectorHealthEndpoint(SystemHealth health, Backlog backlog) {
        this.health = health;
        this.backlog = backlog;
    }

    /**
     * @param state {@code closed} while calls go through, {@code open} while none does, {@code half_open} while a few try
     * @param failureRate percent of the calls looked at; absent while there were too few
     * @param opensAt when calls are let through again
     * @param lastFailure code of the last failure seen
     */
    record HealthView(
            String system,
            String state,
            @Nullable Double failureRate,
            @Nullable Instant opensAt,
            @Nullable String lastFailure,
            BulkheadView bulkhead,
            List<OperationView> operations) {}

    /**
     * @param used calls under way
     * @param most that may be; absent where the operation has no bulkhead of its own
     * @param waiting actions held in memory that wait
     */
    record BulkheadView(int used, @Nullable Integer most, int waiting) {}

    record OperationView(String operation, BulkheadView bulkhead) {}

    /** The system's circuit, and how full its bulkheads are, as the node that answers sees them. */
    @GetMapping("/v1/connectors/{system}/health")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    HealthView health(TenantContext context, @PathVariable String system) {
        Standing standing = health.of(context, system).orElseThrow(() -> new NotFound("connector", system));
        Circuit circuit = standing.circuit();
        Use whole = backlog.use(context.tenant(), system, null);
        return new HealthView(
                system,
                circuit.state(),
                circuit.failureRate(),
                circuit.opensAt(),
                circuit.lastFailure(),
                new BulkheadView(whole.inFlight(), standing.bulkhead(), whole.waiting()),
                new TreeMap<>(standing.bulkheads())
                        .entrySet().stream()
                                .map(operation -> {
                                    Use use = backlog.use(context.tenant(), system, operation.getKey());
                                    Integer most = operation.getValue() == 0 ? null : operation.getValue();
                                    return new OperationView(
                                            operation.getKey(), new BulkheadView(use.inFlight(), most, use.waiting()));
                                })
                                .toList());
    }
}
