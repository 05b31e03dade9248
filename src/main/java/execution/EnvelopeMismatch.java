package execution;

import java.util.List;
import tenancy.Refusal;

/** A field of the envelope disagrees with the credential or with the agent's registration. */
public class EnvelopeMismatch extends Refusal {

    EnvelopeMismatch(String field, String sent) {
        super(
                Kind.FORBIDDEN,
                "envelope_mismatch",
                "The envelope's %s %s is not what the credential and the agent's registration say."
                        .formatted(field, sent),
                List.of(new FieldError(
                        "/" + field, "agrees", "must be what the credential and the agent's registration say")));
    }
}
