package tenancy;

import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.springframework.stereotype.Component;

/** A command for something that is not there fails alone, with an answer its sender understands. */
@Component
class AbsenceIsRefused implements MessageHandlerInterceptor<CommandMessage<?>> {

    @Override
    public Object handle(UnitOfWork<? extends CommandMessage<?>> unitOfWork, InterceptorChain chain) throws Exception {
        try {
            return chain.proceed();
        } catch (AggregateNotFoundException absent) {
            throw notFound(String.valueOf(absent.getAggregateIdentifier()));
        }
    }

    /** Spelled {@code <tenant>/<kind>/<key>}, or the tenant alone. */
    private static NotFound notFound(String aggregate) {
        int kind = aggregate.indexOf('/');
        int key = aggregate.indexOf('/', kind + 1);
        return kind < 0 || key < 0
                ? new NotFound("tenant", aggregate)
                : new NotFound(aggregate.substring(kind + 1, key), aggregate.substring(key + 1));
    }
}
