package execution;

import execution.gateway.Outcome;

/**
 * One check that was run.
 *
 * @param rule the rule that asked for it
 * @param connectorVersion version of the description that was called
 */
record Checked(String rule, String system, String operation, long connectorVersion, Outcome outcome) {}
