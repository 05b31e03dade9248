package execution.gateway;

import execution.gateway.Exchange.Answered;
import execution.gateway.Exchange.NotSent;
import execution.gateway.Judgement.Effected;
import execution.gateway.Judgement.Health;
import execution.gateway.ToolGateway.Call;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import secrets.Credentials;
import secrets.Credentials.Purpose;
import secrets.Lease;
import secrets.LeaseRefused;
import secrets.Mode;
import tenancy.Cause;
import tenancy.Effect;
import tools.jackson.databind.JsonNode;

/**
 * The credential of one call: opened anew for each attempt, and taken out of what comes back. What needs one does not
 * leave without it.
 */
final class CallCredential {

    static final String REVOKED = "credential_revoked";

    /** The code of a call that a containment ended. */
    static final String CONTAINED = "contained";

    private final HttpOperation operation;
    private final Call call;
    private final Credentials credentials;
    private final @Nullable CredentialShape shape;
    private final Redactor redactor = new Redactor();

    CallCredential(HttpOperation operation, Call call, Credentials credentials) {
        this.operation = operation;
        this.call = call;
        this.credentials = credentials;
        this.shape = operation.credential();
    }

    /** @throws LeaseRefused if the operation needs a credential and there is none for it now */
    Carried carried() {
        if (shape == null) {
            return Carried.nothing().through(call.gate());
        }
        Lease lease = call.lease();
        if (lease == null) {
            throw new LeaseRefused(
                    "credential_missing",
                    "%s of %s is not called without a credential.".formatted(operation.name(), operation.system()));
        }
        Carried carried = Carried.open(
                credentials,
                lease,
                new Purpose(
                        call.context().run(),
                        operation.system(),
                        operation.name(),
                        Mode.of(operation.effect()),
                        operation.target().base(),
                        shape.scopes(),
                        shape.resource()),
                shape);
        boolean known = false;
        try {
            redactor.add(carried.secrets());
            known = true;
        } finally {
            if (!known) {
                carried.close();
            }
        }
        return carried.through(call.gate());
    }

    /** Nothing left with it, and nothing will. */
    Judgement refused(LeaseRefused refused) {
        boolean revoked = refused.code().equals("lease_revoked");
        return unsent(
                revoked ? REVOKED : refused.code(),
                revoked ? Cause.Owner.OPERATOR : Cause.Owner.TENANT,
                Objects.requireNonNullElse(refused.getMessage(), ""),
                refused.code().equals("secret_unavailable"));
    }

    /** What the exchange tells, once it is known whether the credential was taken back during it. */
    Judgement judged(Judgement judged, Exchange exchange, Carried carried) {
        Cause ended = carried.ended();
        if (ended != null && !(exchange instanceof Answered)) {
            boolean without = exchange instanceof NotSent || operation.effect() == Effect.READ;
            return new Judgement(
                    without ? Effected.NOT_DONE : Effected.MAYBE,
                    null,
                    CONTAINED,
                    "",
                    ended,
                    false,
                    null,
                    Health.UNKNOWN);
        }
        if (exchange instanceof NotSent unsent && unsent.reason() == NotSent.Reason.CREDENTIAL_REVOKED
                || exchange instanceof NotSent && carried.revoked()) {
            return unsent(REVOKED, Cause.Owner.OPERATOR, "Its credential was revoked before the request left.", false);
        }
        if (!carried.revoked() && ended == null) {
            return cleaned(judged);
        }
        if (exchange instanceof Answered) {
            // A whole answer is sure, whenever it came; but nothing more is sent with what was taken back.
            return cleaned(new Judgement(
                    judged.effected(),
                    judged.status(),
                    judged.code(),
                    judged.result(),
                    judged.cause(),
                    false,
                    judged.notBefore(),
                    judged.health(),
                    judged.tool(),
                    judged.message()));
        }
        return new Judgement(
                operation.effect() == Effect.READ ? Effected.NOT_DONE : Effected.MAYBE,
                null,
                REVOKED,
                "",
                cause(
                        Cause.Owner.OPERATOR,
                        "Its credential was revoked, and the request ended, while it waited for the answer."),
                false,
                null,
                Health.UNKNOWN);
    }

    /** What had to be taken out of what came back, in all attempts. */
    List<Redaction> redactions() {
        return redactor.redactions();
    }

    /** The events of the answer, before anybody sees them. */
    CleanedStream cleaned(Consumer<ToolEvent> passes) {
        return new CleanedStream(redactor, passes);
    }

    /**
     * Tools that were listed to whom the credential says, as an import with a credential sees them too: what a server
     * echoes is pinned, compared and written down without it.
     */
    List<JsonNode> cleaned(List<JsonNode> tools) {
        return shape == null ? tools : redactor.tools(tools);
    }

    private Judgement cleaned(Judgement judged) {
        Cause cause = judged.cause();
        String detail = cause == null ? null : cause.detail();
        String message = judged.message();
        return new Judgement(
                judged.effected(),
                judged.status(),
                judged.code(),
                judged.result().isEmpty() ? "" : redactor.json(joined(judged.result()), "/result"),
                cause == null || detail == null ? cause : with(cause, redactor.text(detail, "/cause/detail")),
                judged.again(),
                judged.notBefore(),
                judged.health(),
                judged.tool(),
                message == null ? null : redactor.text(message, "/levels/message"));
    }

    /** What came as events is one text, wherever it was cut. */
    private String joined(String result) {
        return operation.described().streams() == null ? result : redactor.events(result, "/result");
    }

    private static Cause with(Cause cause, String detail) {
        return new Cause(
                cause.owner(),
                cause.kind(),
                cause.limit(),
                cause.used(),
                cause.limitValue(),
                cause.resetsAt(),
                cause.rule(),
                cause.policyVersion(),
                detail,
                cause.scope());
    }

    private static Judgement unsent(String code, Cause.Owner owner, String words, boolean again) {
        return new Judgement(Effected.NOT_DONE, null, code, "", cause(owner, words), again, null, Health.UNKNOWN);
    }

    private static Cause cause(Cause.Owner owner, String words) {
        return new Cause(owner, "credential", null, null, null, null, null, null, words);
    }
}
