package platform;

import tools.jackson.core.JsonParser;
import tools.jackson.databind.exc.MismatchedInputException;

/** A text holds a control character or half a surrogate pair. */
class UncleanText extends MismatchedInputException {

    UncleanText(JsonParser json) {
        super(json, "control character or unpaired surrogate", String.class);
    }
}
