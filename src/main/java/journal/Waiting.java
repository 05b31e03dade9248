package journal;

import static org.axonframework.commandhandling.GenericCommandResultMessage.asCommandResultMessage;

import org.axonframework.commandhandling.CommandCallback;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.CommandResultMessage;
import org.axonframework.messaging.MessageHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A command in its lane, and who is to hear what became of it. */
record Waiting(
        CommandMessage<?> command,
        MessageHandler<? super CommandMessage<?>> handler,
        CommandCallback<Object, Object> callback) {

    private static final Logger log = LoggerFactory.getLogger(Waiting.class);

    @SuppressWarnings("unchecked")
    void answer(CommandResultMessage<?> result) {
        try {
            callback.onResult((CommandMessage<Object>) command, (CommandResultMessage<Object>) result);
        } catch (RuntimeException bug) {
            log.error("Whoever sent {} failed on its answer", command.getCommandName(), bug);
        }
    }

    void answer(Throwable failure) {
        answer(asCommandResultMessage(failure));
    }
}
