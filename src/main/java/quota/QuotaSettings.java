package quota;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How budgets are kept here.
 *
 * @param reservationLifetime after which a reservation that nobody settled is given back, unless its action is under way
 */
@ConfigurationProperties("firebreak.quota")
record QuotaSettings(@DefaultValue("1h") Duration reservationLifetime) {}
