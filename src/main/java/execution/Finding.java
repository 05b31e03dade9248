package execution;

import execution.gateway.Levels;
import org.jspecify.annotations.Nullable;

/**
 * What is known at last of an action whose outcome was not.
 *
 * @param state {@code succeeded} or {@code failed}
 * @param by the principal that found it out, or had the probe ask
 * @param evidence how a person knows; absent where a probe saw it
 * @param seen what a probe saw; absent where a person says it
 */
record Finding(ActionState state, String by, @Nullable String evidence, Levels.@Nullable Verified seen) {

    ActionEvent.How how() {
        return seen == null ? ActionEvent.How.PERSON : ActionEvent.How.PROBE;
    }
}
