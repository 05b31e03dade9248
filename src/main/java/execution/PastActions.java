package execution;

import java.util.List;
import org.axonframework.eventhandling.DomainEventMessage;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Moment;
import tenancy.NotFound;
import tenancy.NotThereYet;
import tenancy.PastStates;
import tenancy.RunId;
import tenancy.TenantId;

/** Actions and runs as they were, told from their own events. */
@Component
class PastActions {

    private final PastStates past;

    PastActions(PastStates past) {
        this.past = past;
    }

    /**
     * An action as it stood; its place in the queue of then is not known.
     *
     * @param boundTo the agent whose actions only may be seen; null for all of the tenant's
     */
    ActionView action(ActionId action, @Nullable AgentId boundTo, Moment moment) {
        ActionHistory history = ActionHistory.of(
                action.tenant(),
                events(action.tenant(), action.toString(), boundTo, "action", action.key(), moment)
                        .iterator());
        if (history == null || boundTo != null && !boundTo.key().equals(history.agent())) {
            throw new NotFound("action", action.key());
        }
        return history.view();
    }

    /** A run as it stood. */
    RunView run(RunId run, @Nullable AgentId boundTo, Moment moment) {
        RunView view = null;
        for (var message : events(run.tenant(), run.toString(), boundTo, "run", run.key(), moment)) {
            view = RunView.of((RunEvent) message.getPayload()).after(view);
        }
        if (view == null || boundTo != null && !boundTo.key().equals(view.agent())) {
            throw new NotFound("run", run.key());
        }
        return view;
    }

    /** Whether something came later is nothing that another agent learns. */
    private List<DomainEventMessage<?>> events(
            TenantId tenant, String id, @Nullable AgentId boundTo, String kind, String key, Moment moment) {
        try {
            return past.events(tenant, id, moment);
        } catch (NotThereYet later) {
            throw boundTo == null ? later : new NotFound(kind, key);
        }
    }
}
