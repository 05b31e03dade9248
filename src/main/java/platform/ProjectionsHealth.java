package platform;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import journal.ProjectionLag;
import org.axonframework.config.EventProcessingConfiguration;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Shows the lag of each projection in the readiness group, and as a metric. A projection that stands still makes the
 * platform {@code DEGRADED} and not unready: what is decided does not wait for projections.
 */
@Component("journalHealthIndicator")
class ProjectionsHealth implements HealthIndicator {

    private static final Status DEGRADED = new Status("DEGRADED", "a projection stands still");

    private final ProjectionLag lag;
    private final EventProcessingConfiguration processors;
    private final MeterRegistry meters;

    ProjectionsHealth(ProjectionLag lag, EventProcessingConfiguration processors, MeterRegistry meters) {
        this.lag = lag;
        this.processors = processors;
        this.meters = meters;
    }

    @EventListener(ApplicationReadyEvent.class)
    void measure() {
        for (String processor : processors.eventProcessors().keySet()) {
            Gauge.builder("journal.projection.lag", () -> eventsBehind(processor))
                    .description("Events in the journal that the projection has not seen")
                    .tag("projection", processor)
                    .register(meters);
        }
    }

    @Override
    public Health health() {
        Map<String, ProjectionLag.Behind> behind = lag.now();
        var health = behind.values().stream().anyMatch(ProjectionLag.Behind::failing)
                ? Health.status(DEGRADED)
                : Health.up();
        behind.forEach((name, projection) -> health.withDetail(
                name, Map.of("lag", projection.events(), "state", projection.failing() ? "failing" : "running")));
        return health.build();
    }

    private double eventsBehind(String processor) {
        var behind = lag.now().get(processor);
        return behind == null ? 0 : behind.events();
    }
}
