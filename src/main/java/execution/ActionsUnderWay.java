package execution;

import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.modelling.command.Repository;
import org.springframework.stereotype.Component;
import quota.OpenActions;
import tenancy.ActionId;

/** Tells the budget which actions have a way to go, so that it never takes back what one of them has reserved. */
@Component
class ActionsUnderWay implements OpenActions {

    private final Repository<Action> actions;
    private final EventStore events;

    ActionsUnderWay(Repository<Action> actions, EventStore events) {
        this.actions = actions;
        this.events = events;
    }

    @Override
    public boolean isOpen(ActionId action) {
        // Asked first: a load of what is not there is logged by Axon with a stack trace.
        return events.lastSequenceNumberFor(action.toString()).isPresent()
                && !actions.load(action.toString()).invoke(Action::state).isFinal();
    }
}
