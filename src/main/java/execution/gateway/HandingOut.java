package execution.gateway;

import execution.gateway.ToolGateway.Call;
import java.util.List;
import java.util.Objects;
import org.springframework.stereotype.Component;
import secrets.Credentials.Purpose;
import secrets.HandOut;
import secrets.HandOuts;
import secrets.Lease;
import secrets.Mode;
import tenancy.Cause;
import tenancy.Refusal;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Has a token made instead of a call. The outcome says where it can be collected, and nothing of what it is. */
@Component
class HandingOut {

    private final HandOuts handOuts;

    HandingOut(HandOuts handOuts) {
        this.handOuts = handOuts;
    }

    Outcome outcome(HttpOperation operation, HandOut how, Call call) {
        Lease lease = call.lease();
        if (lease == null) {
            return failed(
                    "credential_missing",
                    "%s of %s hands nothing out without a lease.".formatted(operation.name(), operation.system()),
                    Cause.Owner.TENANT);
        }
        try {
            HandOuts.Ready ready = handOuts.make(
                    call.context(),
                    lease,
                    new Purpose(
                            call.context().run(),
                            operation.system(),
                            operation.name(),
                            Mode.of(operation.effect()),
                            operation.target().base(),
                            List.of(),
                            null),
                    how);
            // One: a token that was made is paid for like a call that was made.
            return new Outcome.Succeeded(null, told(ready), 1, null, Levels.unsent());
        } catch (Refusal refused) {
            boolean revoked = refused.code().equals("lease_revoked");
            return failed(
                    revoked ? CallCredential.REVOKED : refused.code(),
                    Objects.requireNonNullElse(refused.getMessage(), ""),
                    revoked ? Cause.Owner.OPERATOR : Cause.Owner.TENANT);
        }
    }

    private static String told(HandOuts.Ready ready) {
        ObjectNode told = JsonNodeFactory.instance.objectNode();
        told.put("lease_id", ready.lease());
        told.put("collect", "/v1/leases/" + ready.lease() + ":collect");
        told.put("collect_until", ready.collectUntil().toString());
        told.put("audience", ready.audience());
        told.put("scope", ready.scope());
        told.put("expires_at", ready.expiresAt().toString());
        return told.toString();
    }

    private static Outcome failed(String code, String words, Cause.Owner owner) {
        return new Outcome.Failed(
                null,
                code,
                new Cause(owner, "credential", null, null, null, null, null, null, words),
                0,
                Levels.unsent());
    }
}
