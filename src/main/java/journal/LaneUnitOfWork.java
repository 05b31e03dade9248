package journal;

import java.util.List;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.correlation.CorrelationDataProvider;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.jspecify.annotations.Nullable;

/**
 * The unit of work of a lane's batch. What a command hands on to all that it causes is put together once for each command,
 * and not for each of its events and answers anew.
 */
final class LaneUnitOfWork extends BatchingUnitOfWork<CommandMessage<?>> {

    private @Nullable CommandMessage<?> handled;
    private MetaData handedOn = MetaData.emptyInstance();

    LaneUnitOfWork(List<CommandMessage<?>> commands) {
        super(commands);
    }

    @Override
    public void registerCorrelationDataProvider(CorrelationDataProvider provider) {
        super.registerCorrelationDataProvider(provider);
        handled = null;
    }

    @Override
    public MetaData getCorrelationData() {
        CommandMessage<?> command = getMessage();
        if (command != handled) {
            handedOn = super.getCorrelationData();
            handled = command;
        }
        return handedOn;
    }
}
