package audit.incident;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param countEvery how often what the journals have more is counted; a report counts the rest itself
 * @param factsKept how long what is counted is kept, from when it happened
 */
@ConfigurationProperties("firebreak.incidents")
record IncidentSettings(
        @DefaultValue("5s") Duration countEvery,
        @DefaultValue("400d") Duration factsKept) {

    /** The longest period, and as long a time before it. */
    private static final Duration SHORTEST = Period.LONGEST.multipliedBy(2);

    IncidentSettings {
        if (factsKept.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException(
                    "firebreak.incidents.facts-kept must be at least %d days: a report of %d days looks as far back"
                            .formatted(SHORTEST.toDays(), Period.LONGEST.toDays()));
        }
    }
}
