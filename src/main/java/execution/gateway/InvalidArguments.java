package execution.gateway;

import java.util.List;
import tenancy.Refusal;

/** What was asked for is not what the operation's schemas describe. */
public class InvalidArguments extends Refusal {

    InvalidArguments(String system, String operation, List<FieldError> faults) {
        super(
                Kind.INVALID,
                "invalid_arguments",
                "Target or arguments are not what %s of %s takes.".formatted(operation, system),
                faults);
    }
}
