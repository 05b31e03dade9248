package journal;

import tenancy.Refusal;

/** This node takes no more commands. */
class ShuttingDown extends Refusal {
    ShuttingDown() {
        super(
                Kind.UNAVAILABLE,
                "shutting_down",
                "This node is shutting down. Nothing was recorded: retry, another node or the next start answers.");
    }
}
