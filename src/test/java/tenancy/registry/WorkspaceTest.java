package tenancy.registry;

import java.util.Map;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.junit.jupiter.api.Test;
import tenancy.TenantEvent.WorkspaceChanged;
import tenancy.TenantEvent.WorkspaceOpened;
import tenancy.TenantId;
import tenancy.WorkspaceId;
import tenancy.registry.TenantCommand.ChangeWorkspace;

class WorkspaceTest {

    private static final WorkspaceId SUPPORT = new WorkspaceId(new TenantId("tenant_acme"), "ws_support");
    private static final EventMessage<?> OPENED =
            new GenericEventMessage<>(new WorkspaceOpened("ws_support", "Support"), Map.of("tenant", "tenant_acme"));

    private final AggregateTestFixture<Workspace> workspace = new AggregateTestFixture<>(Workspace.class);

    @Test
    void is_renamed() {
        workspace
                .given(OPENED)
                .when(new ChangeWorkspace(SUPPORT, "Customer care"))
                .expectEvents(new WorkspaceChanged("ws_support", "Customer care"));
    }

    @Test
    void is_not_renamed_into_itself() {
        workspace
                .given(OPENED)
                .when(new ChangeWorkspace(SUPPORT, "Support"))
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }
}
