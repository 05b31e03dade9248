package execution.gateway;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How host names are looked up.
 *
 * @param timeout longest wait for one look-up
 * @param threads most look-ups under way on this node
 * @param perTenant most look-ups of one tenant under way
 */
@ConfigurationProperties("firebreak.gateway.look-ups")
record LookUpSettings(
        @DefaultValue("2s") Duration timeout,
        @DefaultValue("64") int threads,
        @DefaultValue("4") int perTenant) {}
