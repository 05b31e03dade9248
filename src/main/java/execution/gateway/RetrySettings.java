package execution.gateway;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How often a tenant's calls may be tried again, on this node.
 *
 * @param percent of the tenant's calls in the window
 * @param floor retries in the window that a tenant with few calls may make
 * @param window over which calls and retries are counted
 */
@ConfigurationProperties("firebreak.gateway.retries")
record RetrySettings(
        @DefaultValue("10") int percent,
        @DefaultValue("10") int floor,
        @DefaultValue("10s") Duration window) {}
