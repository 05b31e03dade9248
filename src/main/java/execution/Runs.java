package execution;

import tenancy.RunId;
import tenancy.TenantContext;

/** Runs, for whoever asks for actions in runs of its own. */
public interface Runs {

    /**
     * Ends a run: nothing more may be asked for in it. One that has ended stays as it is. Waits for the tenant's lane.
     *
     * @throws tenancy.NotFound if it was never opened
     */
    void end(TenantContext context, RunId run);
}
