package execution;

import tenancy.Refusal;

/** The same idempotency key came before with another request. */
public class IdempotencyKeyReused extends Refusal {

    IdempotencyKeyReused(String firstAction, boolean callersKey) {
        super(
                Kind.UNPROCESSABLE,
                "idempotency_key_reused",
                callersKey
                        ? "This Idempotency-Key was used for action %s, which asked for something else. Send another key."
                                .formatted(firstAction)
                        : ("Action %s of this run asked for the same with other data classes or another model."
                                        + " If it is meant to happen twice, send an Idempotency-Key.")
                                .formatted(firstAction));
    }
}
