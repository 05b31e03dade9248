package execution;

import execution.ActionEvent.ActionHeld;
import execution.ActionEvent.ActionQueued;
import execution.gateway.ConnectorEvent;
import java.util.List;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import policy.PolicyEvent.PolicyPublished;
import tenancy.RebuiltTables;

/** Which of this module's tables follow from events alone. Payloads are no events, and what is told of is told once. */
@Configuration(proxyBeanMethods = false)
class ExecutionTables {

    @Bean
    RebuiltTables connectorTables() {
        return new RebuiltTables(
                "execution",
                Set.of("execution.connector", "execution.retention"),
                List.of(ConnectorEvent.class, PolicyPublished.class));
    }

    @Bean
    RebuiltTables actionTables() {
        return new RebuiltTables("actions", Set.of("execution.action"), List.of(ActionEvent.class));
    }

    @Bean
    RebuiltTables runTables() {
        return new RebuiltTables("runs", Set.of("execution.run"), List.of(RunEvent.class));
    }

    @Bean
    RebuiltTables approvalTables() {
        return new RebuiltTables("approvals", Set.of("execution.approval"), List.of(ActionEvent.class));
    }

    @Bean
    RebuiltTables queueTables() {
        return new RebuiltTables("queue", Set.of("execution.queue_entry"), List.of(ActionEvent.class));
    }

    @Bean
    RebuiltTables usedKeyTables() {
        return new RebuiltTables(
                "idempotency", Set.of("execution.idempotency"), List.of(ActionQueued.class, ActionHeld.class));
    }
}
