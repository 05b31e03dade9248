package execution;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How actions wait for people here.
 *
 * @param mostHeld most actions of a tenant that wait for people at a time
 * @param poll how often it is looked for approvals whose time is over
 */
@ConfigurationProperties("firebreak.approvals")
record ApprovalSettings(
        @DefaultValue("1000") int mostHeld,
        @DefaultValue("5s") Duration poll) {}
