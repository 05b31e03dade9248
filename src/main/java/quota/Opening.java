package quota;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tenancy.AgentId;
import tenancy.RunId;
import tenancy.WorkspaceId;

/**
 * A run that shall be open.
 *
 * @param parent the run that starts it, which is open
 */
public record Opening(
        RunId run,
        WorkspaceId workspace,
        AgentId agent,
        String quotaClass,
        @Nullable RunId parent,
        Instant now) {}
