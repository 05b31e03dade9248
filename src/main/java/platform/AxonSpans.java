package platform;

import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.util.Map;
import java.util.function.Supplier;
import org.axonframework.messaging.Message;
import org.axonframework.tracing.NoOpSpanFactory;
import org.axonframework.tracing.Span;
import org.axonframework.tracing.SpanAttributesProvider;
import org.axonframework.tracing.SpanFactory;
import org.axonframework.tracing.SpanScope;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.TenantContext;

/**
 * Carries one trace from a request through its commands and events, by the W3C {@code traceparent} in their metadata.
 * Only sampled traces cost anything: the others get neither spans nor metadata.
 */
@Component
class AxonSpans implements SpanFactory {

    private static final Span NONE = NoOpSpanFactory.NoOpSpan.INSTANCE;
    private static final String SAMPLED = "-01";

    private final Tracer tracer;
    private final Propagator propagator;

    AxonSpans(Tracer tracer, Propagator propagator) {
        this.tracer = tracer;
        this.propagator = propagator;
    }

    @Override
    public Span createDispatchSpan(Supplier<String> name, Message<?> parent, Message<?>... linked) {
        var current = sampled();
        return current == null
                ? NONE
                : new Traced(tagged(tracer.spanBuilder().setParent(current.context()), name, parent));
    }

    @Override
    public Span createHandlerSpan(Supplier<String> name, Message<?> parent, boolean child, Message<?>... linked) {
        if (parent.getMetaData().get(TenantContext.TRACE) instanceof String trace && trace.endsWith(SAMPLED)) {
            var builder = propagator.extract(trace, (carried, key) -> key.equals("traceparent") ? carried : null);
            return new Traced(tagged(builder, name, parent));
        }
        return NONE;
    }

    @Override
    public <M extends Message<?>> M propagateContext(M message) {
        var current = sampled();
        if (current == null) {
            return message;
        }
        String trace = "00-%s-%s%s"
                .formatted(current.context().traceId(), current.context().spanId(), SAMPLED);
        @SuppressWarnings("unchecked") // A message with more metadata is of the message's own type.
        M traced = (M) message.andMetaData(Map.of(TenantContext.TRACE, trace));
        return traced;
    }

    /** Batches of many tenants and what happens inside Axon belong to no request's trace. */
    @Override
    public Span createRootTrace(Supplier<String> name) {
        return NONE;
    }

    @Override
    public Span createInternalSpan(Supplier<String> name) {
        return NONE;
    }

    @Override
    public Span createInternalSpan(Supplier<String> name, Message<?> message) {
        return NONE;
    }

    /** Ours is the tenant alone: identifiers and metadata are in the journal, and cost too much here. */
    @Override
    public void registerSpanAttributeProvider(SpanAttributesProvider provider) {}

    private io.micrometer.tracing.@Nullable Span sampled() {
        var span = tracer.currentSpan();
        return span != null && Boolean.TRUE.equals(span.context().sampled()) ? span : null;
    }

    private static io.micrometer.tracing.Span.Builder tagged(
            io.micrometer.tracing.Span.Builder span, Supplier<String> name, Message<?> message) {
        TenantContext.tenantOf(message.getMetaData()).ifPresent(tenant -> span.tag("tenant", tenant.value()));
        return span.name(name.get());
    }

    /** Started late, because Axon makes spans before it needs them. */
    private final class Traced implements Span {

        private final io.micrometer.tracing.Span.Builder builder;
        private io.micrometer.tracing.@Nullable Span span;

        Traced(io.micrometer.tracing.Span.Builder builder) {
            this.builder = builder;
        }

        @Override
        public Span start() {
            span = builder.start();
            return this;
        }

        @Override
        public SpanScope makeCurrent() {
            var scope = tracer.withSpan(span);
            return scope::close;
        }

        @Override
        public void end() {
            if (span != null) {
                span.end();
            }
        }

        @Override
        public Span recordException(Throwable thrown) {
            if (span != null) {
                span.error(thrown);
            }
            return this;
        }
    }
}
