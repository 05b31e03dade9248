package policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.Callable;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import policy.PolicyCommand.PublishPolicy;
import policy.PolicyCommand.TryPolicy;
import policy.PolicyDocument.Destinations;
import policy.PolicyDocument.Rule;
import policy.Verdict.Allowed;
import policy.Verdict.Denied;
import policy.Verdict.Reason;
import tenancy.ActionEnvelope;
import tenancy.InvalidField;
import tenancy.NotFound;
import tenancy.TenantId;
import tenancy.TenantTag;

/** Which documents apply to an envelope, over books as they are published. */
class LayersTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final ActionEnvelope UPDATE = Envelopes.of("ticket.update");

    private final KnownBooks known = new KnownBooks();
    private final Guardrails guardrails = new Guardrails();
    private final Books books = new Books(
            EventSourcingRepository.builder(PolicyBook.class)
                    .eventStore(EmbeddedEventStore.builder()
                            .storageEngine(new InMemoryEventStorageEngine())
                            .build())
                    .build(),
            known);
    private final StoredPolicies policies = new StoredPolicies(
            books, known, guardrails, new DecisionTimers(new SimpleMeterRegistry(), new TenantTag()));
    private final Publishing publishing = new Publishing(
            books,
            guardrails,
            EventSourcingRepository.builder(PolicyDraft.class)
                    .eventStore(EmbeddedEventStore.builder()
                            .storageEngine(new InMemoryEventStorageEngine())
                            .build())
                    .build(),
            workspace -> {
                if (workspace.key().equals("ws_unknown")) {
                    throw new NotFound("workspace", workspace.key());
                }
            });

    @Test
    void nothing_is_allowed_before_the_guardrails_are_known() {
        publish(ACME, "regulated_support", allowing());

        assertThat(decide())
                .isInstanceOfSatisfying(
                        Denied.class,
                        denied -> assertThat(denied.reasons())
                                .extracting(Reason::layer)
                                .containsExactly(Layer.PLATFORM));

        guardrails.know(InForce.NOTHING);
        assertThat(decide()).isInstanceOf(Allowed.class);
    }

    @Test
    void each_layer_takes_away_as_soon_as_it_is_published() {
        guardrails.know(InForce.NOTHING);
        publish(ACME, "regulated_support", allowing());
        assertThat(decide()).isInstanceOf(Allowed.class);

        for (String layer :
                List.of("layer:agent_class:support", "layer:workspace:ws_support", "layer:tenant", "layer:posture")) {
            publish(ACME, layer, denying("no_" + layer));
            assertThat(decide().reasons().getFirst().rule()).isEqualTo("no_" + layer);
        }
        assertThat(decide().reasons())
                .extracting(Reason::layer)
                .containsExactly(Layer.POSTURE, Layer.TENANT, Layer.WORKSPACE, Layer.AGENT_CLASS);
    }

    @Test
    void a_workspace_that_is_not_there_gets_no_document() {
        assertThatThrownBy(() -> publish(ACME, "layer:workspace:ws_unknown", denying("a")))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("ws_unknown");
    }

    @Test
    void layers_of_other_workspaces_classes_and_tenants_do_not_apply() {
        guardrails.know(InForce.NOTHING);
        publish(ACME, "regulated_support", allowing());
        publish(ACME, "layer:workspace:ws_other", denying("a"));
        publish(ACME, "layer:agent_class:sales", denying("b"));
        publish(new TenantId("tenant_other"), "layer:tenant", denying("c"));

        assertThat(decide()).isInstanceOf(Allowed.class);
    }

    @Test
    void the_platforms_guardrails_apply_to_every_tenant_once_committed() {
        guardrails.know(InForce.NOTHING);
        publish(ACME, "regulated_support", allowing());

        in(() -> {
            publishing.handle(new PublishPolicy(Guardrails.BOOK, denying("platform_says"), null, "", Mode.ENFORCED));
            assertThat(policies.decide(UPDATE)).isInstanceOf(Allowed.class);
            return null;
        });

        assertThat(decide().reasons())
                .extracting(reason -> reason.layer() + " " + reason.version() + " " + reason.rule())
                .containsExactly("PLATFORM 1 platform_says");
    }

    @Test
    void no_agent_is_decided_by_a_layers_document_as_its_profile() {
        guardrails.know(InForce.NOTHING);
        publish(ACME, "layer:tenant", denying("never"));
        var envelope = new ActionEnvelope(
                UPDATE.action(),
                UPDATE.workspace(),
                UPDATE.agent(),
                UPDATE.agentClass(),
                UPDATE.trustZone(),
                UPDATE.run(),
                "layer:tenant",
                UPDATE.quotaClass(),
                UPDATE.operation(),
                UPDATE.effect(),
                UPDATE.target(),
                UPDATE.destination(),
                UPDATE.arguments(),
                UPDATE.dataClasses(),
                null,
                List.of(),
                UPDATE.estimate());

        assertThat(in(() -> policies.decide(envelope)).reasons().getFirst().words())
                .contains("is not published");
    }

    @Test
    void a_layer_may_not_allow_and_a_reserved_name_means_something() {
        assertThatThrownBy(() -> publish(ACME, "layer:tenant", allowing())).isInstanceOf(InvalidPolicy.class);
        assertThatThrownBy(() -> publish(ACME, "layer:everything", denying("a")))
                .isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> publish(ACME, "layer:platform", denying("a"))).isInstanceOf(InvalidField.class);
    }

    @Test
    void a_draft_is_decided_among_all_that_is_in_force() {
        guardrails.know(InForce.NOTHING);
        publish(ACME, "regulated_support", denying("old"));
        publish(ACME, "layer:tenant", denying("tenant_says", "ticket.delete"));
        publish(ACME, "other", denying("other_says"));

        Decider draft = tried("regulated_support", allowing());
        Decider layer = tried("layer:workspace:ws_support", denying("workspace_says"));

        assertThat(draft.decide(UPDATE)).isInstanceOf(Allowed.class);
        assertThat(draft.decide(UPDATE).version()).isEqualTo(2);
        assertThat(draft.decide(Envelopes.of("ticket.delete"))
                        .reasons()
                        .getFirst()
                        .rule())
                .isEqualTo("tenant_says");
        assertThat(layer.decide(UPDATE).reasons()).extracting(Reason::rule).contains("workspace_says", "old");
        assertThat(decide().reasons()).extracting(Reason::rule).contains("old");
    }

    private Decider tried(String name, PolicyDocument document) {
        return in(() -> policies.handle(new TryPolicy(new ProfileId(ACME, name), document)));
    }

    private Verdict decide() {
        return in(() -> policies.decide(UPDATE));
    }

    private void publish(TenantId tenant, String name, PolicyDocument document) {
        in(() -> publishing.handle(new PublishPolicy(new ProfileId(tenant, name), document, null, "", Mode.ENFORCED)));
    }

    private static <T extends @Nullable Object> T in(Callable<T> work) {
        var result = DefaultUnitOfWork.startAndGet(new GenericCommandMessage<>("command"))
                .executeWithResult(work);
        if (result.isExceptional() && result.exceptionResult() instanceof RuntimeException refused) {
            throw refused;
        }
        return result.getPayload();
    }

    private static PolicyDocument allowing() {
        return new PolicyDocument(
                List.of(rule("all", "allow", "*")),
                new Destinations(List.of("*"), null, null, null),
                List.of("internal"),
                null,
                null,
                null);
    }

    private static PolicyDocument denying(String id) {
        return denying(id, "*");
    }

    private static PolicyDocument denying(String id, String operation) {
        return new PolicyDocument(List.of(rule(id, "deny", operation)), null, null, null, null, null);
    }

    private static Rule rule(String id, String effect, String operation) {
        return new Rule(id, effect, List.of(operation), null, null, null, null, null, null, null, null, null, null);
    }
}
