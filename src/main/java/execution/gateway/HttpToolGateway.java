package execution.gateway;

import execution.gateway.RequestShape.Request;
import execution.gateway.TargetClient.Streaming;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import secrets.Credentials;
import secrets.HandOut;
import tenancy.LongWork;
import tenancy.Refusal.FieldError;
import tenancy.TenantTag;
import tools.jackson.databind.JsonNode;

/** The only way out, over HTTP. */
@Component
class HttpToolGateway implements ToolGateway, Probes {

    private static final Logger LOG = LoggerFactory.getLogger(HttpToolGateway.class);

    /** What may stand in a header as it is; other keys are sent as their digest. */
    private static final Pattern HEADER_VALUE = Pattern.compile("[!-~]{1,255}");

    private final TargetClient client;
    private final Breakers breakers;
    private final RetryBudgets retries;
    private final Credentials credentials;
    private final HandingOut handingOut;
    private final ToolStreams live;
    private final Drift drift;
    private final Clock clock;
    private final TenantTag tenants;
    private final MeterRegistry meters;
    private final Tracer tracer;
    private final Propagator propagator;
    private final Map<Series, Timer> timers = new ConcurrentHashMap<>();
    private final Prober prober = new Prober(this::read);
    private final McpSessions sessions;

    HttpToolGateway(
            TargetClient client,
            Breakers breakers,
            RetryBudgets retries,
            Credentials credentials,
            HandingOut handingOut,
            ToolStreams live,
            Drift drift,
            Clock clock,
            TenantTag tenants,
            MeterRegistry meters,
            ObjectProvider<Tracer> tracer,
            ObjectProvider<Propagator> propagator) {
        this.client = client;
        this.sessions = new McpSessions(new McpLine(client));
        this.breakers = breakers;
        this.retries = retries;
        this.credentials = credentials;
        this.handingOut = handingOut;
        this.live = live;
        this.drift = drift;
        this.clock = clock;
        this.tenants = tenants;
        this.meters = meters;
        this.tracer = tracer.getIfAvailable(() -> Tracer.NOOP);
        this.propagator = propagator.getIfAvailable(() -> Propagator.NOOP);
    }

    private record Series(String tenant, String outcome) {}

    @Override
    public Outcome call(Operation operation, Call call) {
        if (!(operation instanceof HttpOperation http)) {
            throw new IllegalArgumentException("not an operation over HTTP: " + operation.name());
        }
        long start = System.nanoTime();
        Span span = tracer.nextSpan()
                .name("gateway.call")
                .tag("tenant", call.context().tenant().value())
                .tag("system", http.system())
                .tag("operation", http.name())
                .start();
        try (Tracer.SpanInScope scope = tracer.withSpan(span)) {
            HandOut handOut = http.described().handOut();
            Outcome outcome = handOut == null
                    ? prober.checked(http, call, delivered(http, call, headers(http, call, span)))
                    : handingOut.outcome(http, handOut, call);
            String ended = ended(outcome);
            span.tag("outcome", ended);
            timer(new Series(tenants.of(call.context().tenant()), ended))
                    .record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            LOG.debug("{} of {} for {}: {}", http.name(), http.system(), call.action(), ended);
            return outcome;
        } finally {
            span.end();
        }
    }

    @Override
    public Levels.Verified probe(Operation operation, Call call) {
        return operation instanceof HttpOperation http ? prober.look(http, call) : Levels.Verified.NOT_PROBED;
    }

    private Outcome read(HttpOperation operation, Call call) {
        Span span = tracer.nextSpan()
                .name("gateway.probe")
                .tag("tenant", call.context().tenant().value())
                .tag("system", operation.system())
                .tag("operation", operation.name())
                .start();
        try (Tracer.SpanInScope scope = tracer.withSpan(span)) {
            return delivered(operation, call, headers(operation, call, span));
        } finally {
            span.end();
        }
    }

    private Outcome delivered(HttpOperation operation, Call call, Map<String, String> headers) {
        Quarantined waits = operation.quarantine();
        if (waits != null) {
            // Nothing in quarantine is started; a probe of what is may still be asked for.
            return new Outcome.Failed(null, Quarantined.CODE, waits.cause(), 0);
        }
        Request request = LongWork.isOver(call.arguments().length())
                ? LongWork.of(operation.tenant(), () -> request(operation, call))
                : request(operation, call);
        var credential = new CallCredential(operation, call, credentials);
        StreamRule streams = operation.described().streams();
        if (streams == null) {
            return delivered(operation, call, credential, request, headers, null);
        }
        try (ToolStreams.Source source = live.source(call.action());
                CleanedStream cleaned = credential.cleaned(source::pass)) {
            return delivered(operation, call, credential, request, headers, new Streaming(streams, cleaned::next));
        }
    }

    private static Request request(HttpOperation operation, Call call) {
        JsonNode arguments = CanonicalJson.read(call.arguments(), "/arguments");
        List<FieldError> faults = new ArrayList<>();
        Request request = operation.described().request().request(call.target(), arguments, call.arguments(), faults);
        if (!faults.isEmpty()) {
            // Admission has checked the same: whoever gets here passed something else than what was admitted.
            throw new InvalidArguments(operation.system(), operation.name(), faults);
        }
        return request;
    }

    private Outcome delivered(
            HttpOperation operation,
            Call call,
            CallCredential credential,
            Request request,
            Map<String, String> headers,
            @Nullable Streaming streaming) {
        TargetSystem target = operation.target();
        Outcome outcome = new Delivery(
                        operation,
                        call,
                        credential,
                        request,
                        headers,
                        client,
                        operation.described().tool() == null
                                ? null
                                : new McpDialogue(operation, call, request, headers, sessions, drift, clock),
                        breakers.of(call.context().tenant(), operation.system(), target.breaker()),
                        retries.of(call.context().tenant()),
                        streaming,
                        clock)
                .outcome();
        credential.redactions().forEach(call.redacted());
        return outcome;
    }

    private Map<String, String> headers(HttpOperation operation, Call call, Span span) {
        Map<String, String> headers = HashMap.newHashMap(5);
        headers.put(
                "Accept",
                operation.described().streams() == null
                        ? "application/json, text/*;q=0.5"
                        : "text/event-stream, application/json;q=0.9, text/*;q=0.5");
        propagator.inject(span.context(), headers, (carrier, name, value) -> {
            if (carrier != null) {
                carrier.put(name, value);
            }
        });
        String keyHeader = operation.described().idempotencyHeader();
        if (keyHeader != null) {
            String key = call.idempotencyKey();
            headers.put(keyHeader, HEADER_VALUE.matcher(key).matches() ? key : Sha256.of(key));
        }
        return headers;
    }

    private Timer timer(Series series) {
        return timers.computeIfAbsent(
                series,
                wanted -> Timer.builder("gateway.call")
                        .description("Calls to target systems, retries included")
                        .tag("tenant", wanted.tenant())
                        .tag("outcome", wanted.outcome())
                        .register(meters));
    }

    private static String ended(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Succeeded succeeded -> "succeeded";
            case Outcome.Failed failed -> failed.code();
            case Outcome.Unknown unknown -> "unknown";
        };
    }
}
