package tenancy;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** Sends commands over the command bus, each with its tenant's context and the trace it belongs to. */
@Component
class DispatchedCommands implements TenantCommands {

    private static final int DEEPEST_CAUSE = 8;

    private final CommandBus commandBus;
    private final @Nullable Tracer tracer;

    DispatchedCommands(CommandBus commandBus, ObjectProvider<Tracer> tracer) {
        this.commandBus = commandBus;
        this.tracer = tracer.getIfAvailable();
    }

    @Override
    public <R> CompletableFuture<R> send(TenantContext context, Object command) {
        var answer = new CompletableFuture<R>();
        // The metadata replaces what the running unit of work would add: that may be about another agent's run.
        CommandMessage<Object> message =
                GenericCommandMessage.asCommandMessage(command).withMetaData(metaData(context));
        try {
            commandBus.<Object, R>dispatch(message, (sent, result) -> {
                if (result.isExceptional()) {
                    answer.completeExceptionally(refusalIn(result.exceptionResult()));
                } else {
                    answer.complete(result.getPayload());
                }
            });
        } catch (RuntimeException neverSent) {
            answer.completeExceptionally(refusalIn(neverSent));
        }
        return answer;
    }

    @Override
    public <R> R ask(TenantContext context, Object command) {
        if (CurrentUnitOfWork.isStarted() && CurrentUnitOfWork.get().getMessage() instanceof CommandMessage<?>) {
            throw new IllegalStateException("A command that waits for another in its own lane would wait for ever");
        }
        try {
            return this.<R>send(context, command).join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IllegalStateException("The command failed", failed);
        }
    }

    private MetaData metaData(TenantContext context) {
        MetaData metaData = context.metaData();
        Span span = tracer == null ? null : tracer.currentSpan();
        if (span == null || span.isNoop() || !Boolean.TRUE.equals(span.context().sampled())) {
            // Nobody will ever look for it, and it would be a quarter of what is stored beside each event.
            return metaData;
        }
        TraceContext trace = span.context();
        return metaData.and(TenantContext.TRACE, "00-" + trace.traceId() + "-" + trace.spanId() + "-01");
    }

    /** The refusal inside what the bus made of it; the failure itself if it holds none. */
    private static Throwable refusalIn(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (cause instanceof Refusal) {
                return cause;
            }
            cause = cause.getCause();
        }
        return failure;
    }
}
