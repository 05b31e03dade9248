package journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.correlation.CorrelationDataProvider;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaneUnitOfWorkTest {

    private final List<String> asked = new ArrayList<>();
    private final CorrelationDataProvider agents = message -> {
        String agent = String.valueOf(message.getMetaData().get("agent"));
        asked.add(agent);
        return Map.of("agent", agent);
    };
    private final LaneUnitOfWork unit = new LaneUnitOfWork(List.of(from("triage")));

    @AfterEach
    void leave() {
        while (CurrentUnitOfWork.isStarted()) {
            CurrentUnitOfWork.get().rollback();
        }
    }

    @Test
    void what_a_command_hands_on_is_put_together_once_and_is_its_own() {
        var both = new LaneUnitOfWork(List.of(from("triage"), from("billing")));
        List<MetaData> handedOn = new ArrayList<>();
        both.registerCorrelationDataProvider(agents);

        var unused = both.executeWithResult(() -> {
            asked.clear();
            handedOn.add(both.getCorrelationData());
            handedOn.add(both.getCorrelationData());
            assertThat(asked).hasSizeLessThan(2);
            return true;
        });

        MetaData triage = MetaData.with("agent", "triage");
        MetaData billing = MetaData.with("agent", "billing");
        assertThat(handedOn).containsExactly(triage, triage, billing, billing);
    }

    @Test
    void what_was_asked_for_too_early_is_put_together_again() {
        unit.start();
        assertThat(unit.getCorrelationData()).isEmpty();

        unit.registerCorrelationDataProvider(agents);

        assertThat(unit.getCorrelationData()).containsEntry("agent", "triage");
    }

    @Test
    void a_command_that_was_changed_hands_on_what_it_is_now() {
        unit.start();
        unit.registerCorrelationDataProvider(agents);
        assertThat(unit.getCorrelationData()).containsEntry("agent", "triage");

        var unused = unit.transformMessage(command -> command.andMetaData(Map.of("agent", "other")));

        assertThat(unit.getCorrelationData()).containsEntry("agent", "other");
    }

    private static CommandMessage<?> from(String agent) {
        return new GenericCommandMessage<>("command", Map.of("agent", agent));
    }
}
