package tenancy.registry;

import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.springframework.stereotype.Component;
import tenancy.NotFound;
import tenancy.WorkspaceId;
import tenancy.Workspaces;

/** Workspaces, over their aggregates: cached, and read in the lane that also opens them. */
@Component
class StoredWorkspaces implements Workspaces {

    private final Repository<Workspace> workspaces;

    StoredWorkspaces(Repository<Workspace> workspaces) {
        this.workspaces = workspaces;
    }

    @Override
    public void expect(WorkspaceId workspace) {
        try {
            workspaces.load(workspace.toString());
        } catch (AggregateNotFoundException absent) {
            throw new NotFound("workspace", workspace.key());
        }
    }
}
