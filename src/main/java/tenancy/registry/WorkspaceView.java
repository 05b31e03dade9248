package tenancy.registry;

import java.time.Instant;

/** A workspace, as the API shows it. */
record WorkspaceView(String workspaceId, String name, Instant createdAt) {}
