package audit.incident;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param countEvery how often what the journals have more is counted; a report counts the rest itself
 */
@ConfigurationProperties("firebreak.incidents")
record IncidentSettings(@DefaultValue("5s") Duration countEvery) {}
