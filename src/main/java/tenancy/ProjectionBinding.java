package tenancy;

import org.axonframework.eventhandling.EventMessage;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.messaging.unitofwork.UnitOfWork;

/** Shows and lets write, for each event that a projection handles, the rows of that event's tenant only. */
class ProjectionBinding implements MessageHandlerInterceptor<EventMessage<?>> {

    private final BoundTransactions transactions;

    ProjectionBinding(BoundTransactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public Object handle(UnitOfWork<? extends EventMessage<?>> unitOfWork, InterceptorChain chain) throws Exception {
        EventMessage<?> event = unitOfWork.getMessage();
        transactions.turnTo(TenantContext.tenantOf(event.getMetaData())
                .orElseThrow(() -> new IllegalStateException(
                        "Event %s (%s) names no tenant".formatted(event.getIdentifier(), event.getPayloadType()))));
        return chain.proceed();
    }
}
