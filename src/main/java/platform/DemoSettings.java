package platform;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The demo. With a database configured there is none, whatever is set here.
 *
 * @param enabled whether demo tenants are registered and send some traffic at each start
 * @param sandboxPort loopback port of the demo's target systems
 */
@ConfigurationProperties("firebreak.demo")
record DemoSettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("8081") int sandboxPort) {}
