package execution;

import execution.RunCommand.EndRun;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.ContainedWork;
import tenancy.Posture;
import tenancy.RunId;
import tenancy.TenantCommands;
import tenancy.TenantId;

/** Ends the runs of whoever is killed. A killed connector, destination, model or secret ends no run: it may do others. */
@Component
class ContainedRuns implements ContainedWork {

    private static final String KIND = "run";

    private static final String OPEN = """
        select run from execution.run where tenant_id = ? and state in ('open', 'paused') and %s order by run limit ?\
        """;

    private final TenantCommands commands;
    private final JdbcTemplate everyTenant;

    ContainedRuns(TenantCommands commands, @Qualifier("systemDataSource") DataSource everyTenant) {
        this.commands = commands;
        this.everyTenant = new JdbcTemplate(everyTenant);
    }

    @Override
    public void changed(TenantId tenant) {
        // Nothing of a run goes on by itself.
    }

    @Override
    public List<Reached> reaches(Containment asked, int most) {
        return asked.posture() == Posture.KILLED
                ? open(asked, most).stream()
                        .map(run -> new Reached(KIND, run, Fate.REQUESTED))
                        .toList()
                : List.of();
    }

    @Override
    public List<Reached> stop(Containment containment, List<Reached> soFar) {
        if (containment.posture() != Posture.KILLED || !soFar.isEmpty()) {
            return List.of();
        }
        List<Reached> ended = new ArrayList<>();
        for (String run : open(containment, Integer.MAX_VALUE)) {
            RunReceipt unused =
                    commands.ask(containment.context(), new EndRun(new RunId(containment.tenant(), run), null));
            ended.add(new Reached(KIND, run, Fate.ENDED));
        }
        return ended;
    }

    private static String run(ResultSet row, int number) throws SQLException {
        return row.getString("run");
    }

    private List<String> open(Containment containment, int most) {
        String tenant = containment.tenant().value();
        String key = containment.scope().key();
        return switch (containment.scope().kind()) {
            case TENANT -> everyTenant.query(OPEN.formatted("true"), ContainedRuns::run, tenant, most);
            case WORKSPACE, AGENT, RUN ->
                everyTenant.query(
                        OPEN.formatted(containment.scope().kind().word() + " = ?"),
                        ContainedRuns::run,
                        tenant,
                        key,
                        most);
            case AGENT_CLASS ->
                everyTenant.query(
                        OPEN.formatted("agent = any (?)"),
                        ContainedRuns::run,
                        tenant,
                        containment.agents().toArray(String[]::new),
                        most);
            case CONNECTOR, OPERATION, DESTINATION, MODEL, SECRET -> List.of();
        };
    }
}
