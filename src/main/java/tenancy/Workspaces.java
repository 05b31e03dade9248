package tenancy;

/** Which workspaces each tenant has. */
public interface Workspaces {

    /**
     * Read inside the tenant's lane.
     *
     * @throws NotFound if the tenant has no such workspace
     */
    void expect(WorkspaceId workspace);
}
