package tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TenantBindingTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final TenantId GLOBEX = new TenantId("tenant_globex");
    private static final TenantContext BY_ACME = TenantContext.of(ACME, "key:k_1", "req_1");

    private final TenantBinding binding = new TenantBinding();

    record Start(
            @TargetAggregateIdentifier RunId run, @Nullable AgentId agent) {}

    record Submit(Start start, List<ActionId> actions) {}

    record Spelled(@TargetAggregateIdentifier String aggregate) {}

    record Note(Subject subject) {}

    sealed interface Subject {
        record Of(AgentId agent) implements Subject {}
    }

    @Test
    void a_command_without_a_tenant_is_not_sent() {
        CommandMessage<?> command = GenericCommandMessage.asCommandMessage(new Spelled("tenant_acme/run/r1"));

        assertThatThrownBy(() -> binding.handle(List.of(command)).apply(0, command))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("names no tenant");
    }

    @Test
    void a_command_without_a_tenant_is_not_handled_either() {
        CommandMessage<?> command = GenericCommandMessage.asCommandMessage(new Spelled("tenant_acme/run/r1"));

        assertThatThrownBy(() -> handle(command)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_command_for_the_tenants_own_aggregate_is_handled() throws Exception {
        assertThat(handle(new Start(new RunId(ACME, "r1"), new AgentId(ACME, "triage"))))
                .isEqualTo("handled");
        assertThat(handle(new Start(new RunId(ACME, "r1"), null))).isEqualTo("handled");
        assertThat(handle(new Spelled("tenant_acme"))).isEqualTo("handled");
    }

    @Test
    void a_command_for_another_tenants_aggregate_is_refused() {
        assertRefused(new Start(new RunId(GLOBEX, "r1"), null));
        assertRefused(new Spelled("tenant_globex/run/r1"));
    }

    @Test
    void a_tenant_whose_name_begins_like_ours_is_another_tenant() {
        assertRefused(new Spelled("tenant_acme2/run/r1"));
    }

    @Test
    void an_identity_of_another_tenant_is_refused_however_deep_it_is() {
        Start own = new Start(new RunId(ACME, "r1"), null);

        assertRefused(new Start(new RunId(ACME, "r1"), new AgentId(GLOBEX, "triage")));
        assertRefused(new Submit(new Start(new RunId(GLOBEX, "r1"), null), List.of()));
        assertRefused(new Submit(own, List.of(new ActionId(ACME, "a1"), new ActionId(GLOBEX, "a2"))));
        assertRefused(new Note(new Subject.Of(new AgentId(GLOBEX, "triage"))));
    }

    @Test
    void a_command_that_cannot_be_checked_is_not_handled() {
        CommandMessage<?> command =
                GenericCommandMessage.asCommandMessage("no record").withMetaData(BY_ACME.metaData());

        assertThatThrownBy(() -> handle(command)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void what_a_command_causes_carries_its_context_and_nothing_else() {
        CommandMessage<?> command = GenericCommandMessage.asCommandMessage(new Spelled("tenant_acme"))
                .withMetaData(
                        BY_ACME.metaData().and(TenantContext.TRACE, "00-1-2-01").and("other", "x"));

        assertThat(binding.correlationDataFor(command))
                .isEqualTo(Map.of(
                        TenantContext.TENANT, "tenant_acme",
                        TenantContext.PRINCIPAL, "key:k_1",
                        TenantContext.REQUEST, "req_1",
                        TenantContext.TRACE, "00-1-2-01"));
    }

    private void assertRefused(Record payload) {
        assertThatThrownBy(() -> handle(payload))
                .isInstanceOfSatisfying(
                        Forbidden.class, refused -> assertThat(refused.code()).isEqualTo("other_tenant"))
                .hasMessageNotContaining("globex");
    }

    private Object handle(Record payload) throws Exception {
        return handle(GenericCommandMessage.asCommandMessage(payload).withMetaData(BY_ACME.metaData()));
    }

    private Object handle(CommandMessage<?> command) throws Exception {
        return binding.handle(new DefaultUnitOfWork<>(command), () -> "handled");
    }
}
