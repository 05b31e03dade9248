package secrets;

import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.springframework.stereotype.Component;

/** Asks for leases in the tenant's lane, as the one does who starts actions. */
@Component
class LanedLeases {

    private final Leases leases;

    LanedLeases(Leases leases) {
        this.leases = leases;
    }

    record AskForLease(@TargetAggregateIdentifier SecretBookId book, Leases.Request request) {}

    @CommandHandler
    Leases.Answer handle(AskForLease ask) {
        return leases.lease(ask.request());
    }
}
