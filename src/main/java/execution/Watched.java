package execution;

import execution.ActionCommand.RecordOutcome;
import execution.ActionEvent.ActionQueued;
import execution.gateway.Outcome;
import java.time.Instant;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.springframework.stereotype.Component;
import tenancy.ActionEnvelope;
import tenancy.Conduct;
import tenancy.Conduct.Happening;
import tenancy.Conduct.Kind;
import tenancy.TenantId;

/** Tells what is committed to whoever contains by rule; costs a look where nobody does. In the tenant's lane only. */
@Component
class Watched {

    private final Conduct conduct;

    Watched(Conduct conduct) {
        this.conduct = conduct;
    }

    /** Once more of the same is one more, also where it is only answered again. */
    void asked(ActionEnvelope envelope, Instant now) {
        if (conduct.isWatched(envelope.tenant())) {
            tell(
                    envelope.tenant(),
                    new Happening(
                            envelope.agent().key(),
                            envelope.run().key(),
                            Kind.ASKED,
                            Admission.derivedKey(envelope),
                            0,
                            now));
        }
    }

    void denied(ActionEnvelope envelope, Instant now) {
        if (conduct.isWatched(envelope.tenant())) {
            tell(
                    envelope.tenant(),
                    new Happening(envelope.agent().key(), envelope.run().key(), Kind.DENIED, "", 0, now));
        }
    }

    /** @param queued what was admitted */
    void ended(RecordOutcome record, ActionQueued queued) {
        TenantId tenant = record.action().tenant();
        if (!conduct.isWatched(tenant)) {
            return;
        }
        var context =
                Origin.context(tenant, CurrentUnitOfWork.get().getMessage().getMetaData());
        var agent = context.agent();
        var run = context.run();
        if (agent == null || run == null) {
            return;
        }
        long expected = queued.requested().estimate().microUnits();
        Kind kind = switch (record.outcome()) {
            case Outcome.Succeeded _ -> Kind.SUCCEEDED;
            case Outcome.Failed _ -> Kind.FAILED;
            case Outcome.Unknown _ -> Kind.UNKNOWN;
        };
        long micros = record.outcome() instanceof Outcome.Succeeded done && done.actual() != null
                ? done.actual().microUnits()
                : record.outcome().attempts() == 0 ? 0 : expected;
        tell(tenant, new Happening(agent.key(), run.key(), kind, "", micros, record.at()));
    }

    private void tell(TenantId tenant, Happening happening) {
        CurrentUnitOfWork.get().afterCommit(committed -> conduct.happened(tenant, happening));
    }
}
