package tenancy;

import java.util.List;

/** A field whose value can never be accepted, whoever sends it. */
public class InvalidField extends Refusal {

    /** @param pointer JSON pointer (RFC 6901) to the field, or the name of a parameter as {@code /name} */
    public InvalidField(String pointer, String rule, String detail) {
        super(
                Kind.INVALID,
                "invalid_request",
                "Field %s %s.".formatted(pointer, detail),
                List.of(new FieldError(pointer, rule, detail)));
    }
}
