package execution.imports;

import java.util.List;
import tenancy.Refusal;

/** What was to be imported is not what it says it is, or asks for more than an import may do. */
public class InvalidImport extends Refusal {

    InvalidImport(List<FieldError> faults) {
        super(Kind.INVALID, "invalid_import", "Nothing can be drafted from this.", faults);
    }

    static InvalidImport of(String pointer, String rule, String detail) {
        return new InvalidImport(List.of(new FieldError(pointer, rule, detail)));
    }
}
