package execution;

import execution.ActionCommand.SubmitAction;
import execution.Rehearsals.Decided;
import execution.Rehearsals.Question;
import execution.Rehearsals.Rehearsed;
import execution.Rehearsals.Unusable;
import execution.TrialCommand.TryAction;
import execution.TrialCommand.TryActions;
import execution.gateway.Quarantined;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.axonframework.commandhandling.CommandHandler;
import org.springframework.stereotype.Component;
import policy.Policies;
import policy.Verdict;
import quota.Quotas;
import tenancy.ActionEnvelope;
import tenancy.Agents;
import tenancy.Agents.Registration;
import tenancy.Refusal;
import tenancy.Restriction;

/** Decides as {@link Admission} does and applies no event: what it answers is true of the moment it was asked. */
@Component
class Rehearsing {

    private final Requests requests;
    private final Restraints restraints;
    private final Agents agents;
    private final Policies policies;
    private final Quotas quotas;
    private final Clock clock;

    Rehearsing(Requests requests, Restraints restraints, Agents agents, Policies policies, Quotas quotas, Clock clock) {
        this.requests = requests;
        this.restraints = restraints;
        this.agents = agents;
        this.policies = policies;
        this.quotas = quotas;
        this.clock = clock;
    }

    @CommandHandler
    Decided handle(TryAction attempt) {
        return decided(attempt, clock.instant());
    }

    @CommandHandler
    List<Rehearsed> handle(TryActions attempts) {
        Instant now = clock.instant();
        List<Rehearsed> answers = new ArrayList<>(attempts.actions().size());
        for (TryAction attempt : attempts.actions()) {
            Rehearsed answer = rehearsed(attempt, now);
            answers.add(answer);
            boolean last = switch (attempts.semantic()) {
                case EXECUTE_ALL -> false;
                case DENY_ON_FIRST_DENY -> !answer.isPermitted();
                case PERMIT_ON_FIRST_PERMIT -> answer.isPermitted();
            };
            if (last) {
                break;
            }
        }
        return answers;
    }

    /** A fault in one of them is its own answer, and no fault of the others. */
    private Rehearsed rehearsed(TryAction attempt, Instant now) {
        try {
            return decided(attempt, now);
        } catch (Refusal refusal) {
            return new Unusable(refusal);
        }
    }

    private Decided decided(TryAction attempt, Instant now) {
        Requests.Joined joined = requests.join(submitted(attempt));
        ActionEnvelope envelope = joined.envelope();
        Restriction restriction = restraints.on(envelope);
        if (restriction != null && Restraints.forbids(restriction, joined.operation())) {
            throw new ContainedNow("It would not be admitted", restriction);
        }
        Verdict verdict = Restraints.under(restriction, policies.decide(envelope));
        boolean denied = verdict instanceof Verdict.Denied;
        Quarantined waits = denied ? null : joined.operation().quarantine();
        return new Decided(envelope, verdict, waits, denied || waits != null ? null : quotas.preview(envelope, now));
    }

    private SubmitAction submitted(TryAction attempt) {
        Question question = attempt.question();
        return new SubmitAction(
                attempt.action(),
                attempt.claim() == null ? registered(attempt) : attempt.claim(),
                attempt.run(),
                question.operation(),
                question.target(),
                question.arguments(),
                question.dataClasses(),
                question.model(),
                question.tokens(),
                null,
                null);
    }

    private Claim registered(TryAction attempt) {
        if (attempt.boundTo() != null && !attempt.boundTo().equals(attempt.agent())) {
            throw new EnvelopeMismatch("agent_id", attempt.agent().key());
        }
        Registration registration = agents.registration(attempt.agent());
        return new Claim(
                registration.agent(),
                registration.workspace(),
                registration.policyProfile(),
                registration.quotaClass(),
                attempt.boundTo());
    }
}
