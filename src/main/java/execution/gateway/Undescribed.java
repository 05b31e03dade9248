package execution.gateway;

import java.util.List;
import tenancy.Refusal;

/** Silence means no: the tenant has not described this system, or not this operation of it. */
public class Undescribed extends Refusal {

    private Undescribed(String code, String message, FieldError field) {
        super(Kind.FORBIDDEN, code, message, List.of(field));
    }

    static Undescribed system(String system) {
        return new Undescribed(
                "unknown_connector",
                "This tenant has no connector %s.".formatted(system),
                new FieldError("/target/system", "unknown_connector", "must name a connector of this tenant"));
    }

    static Undescribed operation(String system, String operation) {
        return new Undescribed(
                "unknown_operation",
                "Connector %s does not describe %s.".formatted(system, operation),
                new FieldError("/requested_action", "unknown_operation", "must name an operation of the connector"));
    }
}
