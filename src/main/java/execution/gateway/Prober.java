package execution.gateway;

import execution.gateway.Levels.Verified;
import execution.gateway.ToolGateway.Call;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tenancy.Cause;
import tenancy.Refusal;
import tenancy.Target;
import tools.jackson.databind.JsonNode;

/** Looks for effects, as connectors say how. A look is a read like any other: under its own timeouts and its breaker. */
final class Prober {

    private static final Logger LOG = LoggerFactory.getLogger(Prober.class);

    private final BiFunction<HttpOperation, Call, Outcome> reads;

    /** @param reads makes one call */
    Prober(BiFunction<HttpOperation, Call, Outcome> reads) {
        this.reads = reads;
    }

    /** What came of a call, once it was looked for its effect where the connector wants that. */
    Outcome checked(HttpOperation operation, Call call, Outcome outcome) {
        Probe probe = operation.described().promises().probe();
        if (probe == null) {
            return outcome;
        }
        return switch (outcome) {
            case Outcome.Succeeded done -> probe.always() ? checked(operation, done, look(operation, call)) : done;
            case Outcome.Failed failed -> failed;
            case Outcome.Unknown unknown -> checked(operation, unknown, look(operation, call));
        };
    }

    /** The answer says "done". A look that does not find it is no proof of the opposite, but it is a doubt. */
    private static Outcome checked(HttpOperation operation, Outcome.Succeeded done, Verified seen) {
        Levels levels = done.levels().seen(seen);
        return seen == Verified.REFUTED
                ? new Outcome.Unknown("effect_missing", missing(operation), done.attempts(), levels)
                : new Outcome.Succeeded(done.status(), done.result(), done.attempts(), done.actual(), levels);
    }

    private static Outcome checked(HttpOperation operation, Outcome.Unknown unknown, Verified seen) {
        Levels levels = unknown.levels().seen(seen);
        Levels.Protocol protocol = levels.protocol();
        Integer status = protocol == null ? null : (Integer) protocol.status();
        return switch (seen) {
            case VERIFIED -> new Outcome.Succeeded(status, "null", unknown.attempts(), null, levels);
            case REFUTED -> new Outcome.Failed(status, unknown.code(), missing(operation), unknown.attempts(), levels);
            case NOT_PROBED, PROBE_FAILED ->
                new Outcome.Unknown(unknown.code(), unknown.cause(), unknown.attempts(), levels);
        };
    }

    private static Cause missing(HttpOperation operation) {
        return Cause.provider(operation.system() + " does not show the effect", null);
    }

    /** Looks once; whatever is not plainly seen is not seen. */
    Verified look(HttpOperation operation, Call call) {
        @Nullable Probe probe = operation.described().promises().probe();
        if (probe == null) {
            return Verified.NOT_PROBED;
        }
        TargetSystem target = operation.target();
        TargetSystem.Described described = target.operations().get(probe.operation());
        if (described == null) {
            return Verified.PROBE_FAILED;
        }
        var read = operation.beside(described);
        JsonNode given = CanonicalJson.read(call.arguments(), "/arguments");
        try {
            Target aimed = probe.aim(call.target(), given);
            String asked = read.validated(aimed, probe.ask(call.target(), given));
            Outcome seen = reads.apply(
                    read,
                    new Call(
                            call.action(),
                            call.context(),
                            aimed,
                            asked,
                            call.idempotencyKey() + ":probe",
                            read.needsCredential() ? call.lender().lend(read) : null,
                            redaction -> {},
                            call.gate(),
                            call.lender()));
            return seen instanceof Outcome.Succeeded done
                    ? probe.judge(CanonicalJson.read(done.result(), "/result"), call.target(), given)
                    : Verified.PROBE_FAILED;
        } catch (Refusal unaskable) {
            LOG.debug("The effect of {} cannot be looked for: {}", call.action(), unaskable.code());
            return Verified.PROBE_FAILED;
        }
    }
}
