package tenancy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.Message;
import org.axonframework.messaging.MessageDispatchInterceptor;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.correlation.CorrelationDataProvider;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.springframework.stereotype.Component;

/**
 * No message without a tenant: a command that names none is not sent, one that disagrees with its aggregate is not
 * handled, and what it causes names the same tenant.
 */
@Component
class TenantBinding
        implements MessageDispatchInterceptor<CommandMessage<?>>,
                MessageHandlerInterceptor<CommandMessage<?>>,
                CorrelationDataProvider {

    private static final List<String> CARRIED = List.of(
            TenantContext.TENANT,
            TenantContext.WORKSPACE,
            TenantContext.AGENT,
            TenantContext.RUN,
            TenantContext.PROFILE,
            TenantContext.QUOTA_CLASS,
            TenantContext.PRINCIPAL,
            TenantContext.REQUEST,
            TenantContext.TRACE);

    @Override
    public BiFunction<Integer, CommandMessage<?>, CommandMessage<?>> handle(
            List<? extends CommandMessage<?>> messages) {
        return (index, command) -> {
            tenantOf(command);
            return command;
        };
    }

    @Override
    public Object handle(UnitOfWork<? extends CommandMessage<?>> unitOfWork, InterceptorChain chain) throws Exception {
        CommandMessage<?> command = unitOfWork.getMessage();
        if (!NamedTenants.onlyIn(tenantOf(command), command.getPayload())) {
            throw new Forbidden("other_tenant", "This names a thing of another tenant.");
        }
        return chain.proceed();
    }

    @Override
    public Map<String, ?> correlationDataFor(Message<?> message) {
        MetaData metaData = message.getMetaData();
        Map<String, Object> carried = HashMap.newHashMap(CARRIED.size());
        for (String key : CARRIED) {
            Object value = metaData.get(key);
            if (value != null) {
                carried.put(key, value);
            }
        }
        return carried;
    }

    /** Without a tenant there is nobody to answer to: a bug of ours, and no refusal a caller could act on. */
    private static String tenantOf(CommandMessage<?> command) {
        if (command.getMetaData().get(TenantContext.TENANT) instanceof String tenant) {
            return tenant;
        }
        throw new IllegalStateException("Command %s names no tenant".formatted(command.getCommandName()));
    }
}
