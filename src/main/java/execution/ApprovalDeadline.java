package execution;

import org.axonframework.messaging.ScopeDescriptor;
import org.axonframework.serialization.Revision;

/** Whom a deadline is for: one action, which is looked at in its tenant's lane and never from a scheduler's thread. */
@Revision("1")
record ApprovalDeadline(String tenant, String action) implements ScopeDescriptor {

    private static final long serialVersionUID = 1L;

    static final String NAME = "approval_expires";

    @Override
    public String scopeDescription() {
        return tenant + "/action/" + action;
    }
}
