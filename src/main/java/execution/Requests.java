package execution;

import execution.ActionCommand.SubmitAction;
import execution.ActionEvent.Requested;
import execution.gateway.Connectors;
import execution.gateway.Declared;
import execution.gateway.Operation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.ActionEnvelope;
import tenancy.Agents;
import tenancy.Agents.Registration;
import tenancy.Forbidden;

/**
 * Joins what a caller sent with the agent's registration and the connector's description: what policy and quota decide
 * on. Used inside the tenant's lane only, so that all three are as they are in force.
 */
@Component
class Requests {

    private final Agents agents;
    private final Connectors connectors;
    private final RunBook runs;

    Requests(Agents agents, Connectors connectors, RunBook runs) {
        this.agents = agents;
        this.connectors = connectors;
        this.runs = runs;
    }

    /** An envelope and the operation that it names. */
    record Joined(ActionEnvelope envelope, Operation operation) {}

    /** @throws tenancy.Refusal for what disagrees with credential, registration or connector */
    Joined join(SubmitAction submit) {
        submit.claim().checkCredential();
        Registration registration = agents.registration(submit.claim().agent());
        submit.claim().checkAgainst(registration);
        Operation operation =
                connectors.operation(submit.action().tenant(), submit.target().system(), submit.operation());
        String arguments = operation.validated(submit.target(), submit.arguments());
        checkClasses(submit, operation.declared().dataClassesIn());
        var envelope = new ActionEnvelope(
                submit.action(),
                registration.workspace(),
                registration.agent(),
                registration.agentClass(),
                registration.trustZone(),
                runs.shared(submit.run()),
                registration.policyProfile(),
                registration.quotaClass(),
                operation.name(),
                operation.effect(),
                submit.target(),
                operation.destination(),
                arguments,
                submit.dataClasses(),
                submit.model(),
                operation.recipients(submit.target(), arguments),
                operation.estimate(submit.tokens(), arguments));
        return new Joined(envelope, operation);
    }

    private static void checkClasses(SubmitAction submit, @Nullable List<String> taken) {
        if (taken != null && !taken.containsAll(submit.dataClasses())) {
            throw new Forbidden(
                    "data_class_not_taken",
                    "Operation %s of %s takes data of these classes only: %s."
                            .formatted(submit.operation(), submit.target().system(), String.join(", ", taken)));
        }
    }

    /** The same, as a journal that keeps all of it has it. */
    static Requested requested(ActionEnvelope envelope, Operation operation) {
        return new Requested(
                operation.system(),
                operation.name(),
                envelope.effect(),
                envelope.target().fields(),
                envelope.destination(),
                envelope.arguments(),
                envelope.dataClasses(),
                envelope.model(),
                envelope.recipients(),
                envelope.estimate(),
                envelope.agentClass(),
                envelope.trustZone(),
                operation.connectorVersion(),
                operation.schemaDigest(),
                null,
                operation.declared().equals(Declared.NOTHING) ? null : operation.declared());
    }
}
