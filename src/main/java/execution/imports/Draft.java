package execution.imports;

import java.util.List;
import tenancy.Effect;
import tools.jackson.databind.JsonNode;

/**
 * A connector that nobody has accepted yet: to be read, changed and then put in force like any other.
 *
 * @param document what {@code PUT /v1/connectors/{system}} takes
 * @param operations what was guessed about each, to be confirmed
 * @param leftOut what the product describes and the draft does not
 */
record Draft(String system, JsonNode document, List<Guess> operations, List<LeftOut> leftOut) {

    Draft {
        operations = List.copyOf(operations);
        leftOut = List.copyOf(leftOut);
    }

    /** @param why the effect was guessed */
    record Guess(String operation, Effect effect, String why) {}

    /**
     * @param pointer JSON pointer into what was imported
     * @param why in words
     */
    record LeftOut(String pointer, String why) {}
}
