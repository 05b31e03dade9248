package execution.gateway;

import java.util.List;
import tenancy.Refusal;

/** The description of a target system is not one. */
public class InvalidConnector extends Refusal {

    InvalidConnector(List<FieldError> faults) {
        super(Kind.INVALID, "invalid_connector", "The connector's document has faults.", faults);
    }
}
