package tenancy.registry;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import java.time.Instant;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import tenancy.TenantContext;
import tenancy.TenantEvent.WorkspaceChanged;
import tenancy.TenantEvent.WorkspaceOpened;
import tenancy.TenantId;
import tenancy.WorkspaceId;
import tenancy.registry.TenantCommand.ChangeWorkspace;
import tenancy.registry.TenantCommand.FindWorkspace;
import tenancy.registry.TenantCommand.OpenWorkspace;

/** One customer account or team inside a tenant. */
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock", snapshotTriggerDefinition = "snapshotEvery")
@NullUnmarked
class Workspace {

    @AggregateIdentifier
    private String id;

    private String key;
    private String name;
    private Instant createdAt;

    Workspace() {}

    Workspace(OpenWorkspace open) {
        apply(new WorkspaceOpened(open.workspace().key(), open.name()));
    }

    @CommandHandler
    WorkspaceView handle(ChangeWorkspace change) {
        if (!change.name().equals(name)) {
            apply(new WorkspaceChanged(key, change.name()));
        }
        return view();
    }

    @CommandHandler
    WorkspaceView handle(FindWorkspace find) {
        return view();
    }

    WorkspaceView view() {
        return new WorkspaceView(key, name, createdAt);
    }

    @EventSourcingHandler
    void on(
            WorkspaceOpened opened,
            @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant,
            @Timestamp Instant at) {
        id = new WorkspaceId(new TenantId(tenant), opened.workspace()).toString();
        key = opened.workspace();
        name = opened.name();
        createdAt = at;
    }

    @EventSourcingHandler
    void on(WorkspaceChanged changed) {
        name = changed.name();
    }
}
