package execution;

import org.springframework.stereotype.Component;
import tenancy.RunId;
import tenancy.TenantCommands;
import tenancy.TenantContext;

/** {@link Runs} over the command bus. */
@Component
class StoredRuns implements Runs {

    private final TenantCommands commands;

    StoredRuns(TenantCommands commands) {
        this.commands = commands;
    }

    @Override
    public void end(TenantContext context, RunId run) {
        RunReceipt unused = commands.ask(context, new RunCommand.EndRun(run, null));
    }
}
