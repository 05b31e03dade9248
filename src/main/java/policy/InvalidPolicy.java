package policy;

import java.util.List;
import tenancy.Refusal;

/** A policy document that says something it cannot mean; each finding points at the line that says it. */
public class InvalidPolicy extends Refusal {

    InvalidPolicy(List<FieldError> findings) {
        super(
                Kind.UNPROCESSABLE,
                "invalid_policy",
                "The policy document has %d finding%s; nothing was published."
                        .formatted(findings.size(), findings.size() == 1 ? "" : "s"),
                findings);
    }
}
