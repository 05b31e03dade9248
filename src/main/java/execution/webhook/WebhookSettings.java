package execution.webhook;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How webhooks are delivered here.
 *
 * @param poll how often it is looked for what is due
 * @param timeout longest wait for an answer
 * @param firstPause pause after the first failure; each one after that is five times as long, half a day at most
 * @param mostAttempts after so many it is given up
 */
@ConfigurationProperties("firebreak.webhooks")
record WebhookSettings(
        @DefaultValue("1s") Duration poll,
        @DefaultValue("10s") Duration timeout,
        @DefaultValue("5s") Duration firstPause,
        @DefaultValue("8") int mostAttempts) {

    private static final int LONGER = 5;
    private static final Duration LONGEST = Duration.ofHours(12);

    /** How long to wait after so many failures. */
    Duration pause(int failures) {
        Duration pause = firstPause;
        for (int failure = 1; failure < failures && pause.compareTo(LONGEST) < 0; failure++) {
            pause = pause.multipliedBy(LONGER);
        }
        return pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
    }
}
