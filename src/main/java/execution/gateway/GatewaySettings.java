package execution.gateway;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How this node reaches out.
 *
 * @param maxConnections most connections at a time, to all systems of all tenants
 * @param connectionLifetime a connection is not used longer, so that a changed address is noticed
 * @param idleTimeout a connection that nobody used this long is closed
 */
@ConfigurationProperties("firebreak.gateway")
record GatewaySettings(
        @DefaultValue("1000") int maxConnections,
        @DefaultValue("5m") Duration connectionLifetime,
        @DefaultValue("20s") Duration idleTimeout) {}
