package execution;

import execution.gateway.Outcome;
import execution.gateway.Redaction;
import java.util.List;

/**
 * One check that was run.
 *
 * @param rule the rule that asked for it
 * @param connectorVersion version of the description that was called
 * @param redactions what had to be taken out of its answer
 */
record Checked(
        String rule,
        String system,
        String operation,
        long connectorVersion,
        Outcome outcome,
        List<Redaction> redactions) {

    Checked {
        redactions = List.copyOf(redactions);
    }

    /** Nothing had to be taken out of its answer. */
    Checked(String rule, String system, String operation, long connectorVersion, Outcome outcome) {
        this(rule, system, operation, connectorVersion, outcome, List.of());
    }
}
