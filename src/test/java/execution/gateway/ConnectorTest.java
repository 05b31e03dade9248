package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.axonframework.test.matchers.Matchers.matches;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import execution.gateway.ConnectorCommand.AcceptOperation;
import execution.gateway.ConnectorCommand.CompareConnector;
import execution.gateway.ConnectorCommand.DefineConnector;
import execution.gateway.ConnectorCommand.ReadConnector;
import execution.gateway.ConnectorEvent.ConnectorAdopted;
import execution.gateway.ConnectorEvent.ConnectorDefined;
import execution.gateway.ConnectorEvent.OperationAccepted;
import execution.gateway.ConnectorEvent.OperationQuarantined;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.axonframework.commandhandling.CommandResultMessage;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.axonframework.test.aggregate.ResultValidator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tenancy.Forbidden;
import tenancy.InvalidField;
import tenancy.Refusal;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ConnectorTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final String OLD = "1".repeat(64);
    private static final String NEW = "2".repeat(64);
    private static final ConnectorId API = new ConnectorId(ACME, "api");
    private static final String PUBLIC = document("https://api.example.com", "");
    private static final String CHANGED = document("https://api.example.com/v2", "");
    private static final String PRIVATE =
            document("http://crm.internal", "\"allow_private_addresses\":[\"crm.internal\"]");

    private final AggregateTestFixture<Connector> connector = new AggregateTestFixture<>(Connector.class);
    private StoredConnectors connectors;

    @BeforeEach
    void register() {
        connectors = new StoredConnectors(connector.getRepository());
        connector.registerAnnotatedCommandHandler(connectors);
    }

    @Test
    void a_system_is_described() {
        connector
                .givenNoPriorActivity()
                .when(define(PUBLIC, null))
                .expectEvents(defined(1, PUBLIC))
                .expectResultMessageMatching(matches(
                        (CommandResultMessage<?> result) -> ((ConnectorView) result.getPayload()).version() == 1));
    }

    @Test
    void a_description_is_changed_by_who_knows_the_version_in_force() {
        connector.given(defined(1, PUBLIC)).when(define(CHANGED, 1L)).expectEvents(defined(2, CHANGED));
    }

    @Test
    void a_change_must_name_the_version_it_replaces() {
        refused(connector.given(defined(1, PUBLIC)).when(define(CHANGED, null)), "precondition_required");
    }

    @Test
    void a_change_of_another_version_is_refused() {
        refused(connector.given(defined(1, PUBLIC), defined(2, CHANGED)).when(define(PUBLIC, 1L)), "version_mismatch");
        refused(connector.givenNoPriorActivity().when(define(PUBLIC, 1L)), "version_mismatch");
    }

    @Test
    void the_same_description_again_changes_nothing() {
        connector
                .given(defined(1, PUBLIC))
                .when(define(PUBLIC, null))
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void a_tenant_cannot_open_the_platforms_network_to_itself() {
        DefineConnector byTenant = DefineConnector.as(API, ConnectorReader.read(PRIVATE), null, false);

        connector.givenNoPriorActivity().when(byTenant).expectNoEvents().expectException(Forbidden.class);
    }

    @Test
    void what_an_operator_allowed_stays_allowed_when_the_tenant_changes_the_rest() {
        String changed = PRIVATE.replace("PT1S", "PT2S");

        connector
                .given(defined(1, PRIVATE))
                .when(DefineConnector.as(API, ConnectorReader.read(changed), 1L, false))
                .expectEvents(defined(2, changed));
    }

    @Test
    void a_connector_is_read_in_the_version_in_force() {
        connector
                .given(defined(1, PUBLIC), defined(2, CHANGED))
                .when(new ReadConnector(API))
                .expectNoEvents()
                .expectResultMessageMatching(matches((CommandResultMessage<?> result) ->
                        ((Optional<?>) result.getPayload()).orElseThrow() instanceof ConnectorView view
                                && view.version() == 2
                                && view.document().equals(CanonicalJson.read(CHANGED, ""))));
    }

    @Test
    void a_connector_that_nobody_described_is_absent() {
        connector.givenNoPriorActivity().when(new ReadConnector(API)).expectResultMessagePayload(Optional.empty());
    }

    @Test
    void an_operation_that_is_not_described_is_denied() {
        connector.given(defined(1, PUBLIC)).when(new ReadConnector(API));

        inUnitOfWork(() -> {
            assertThat(connectors.operation(ACME, "api", "op").connectorVersion())
                    .isEqualTo(1);
            assertThatThrownBy(() -> connectors.operation(ACME, "api", "op.other"))
                    .isInstanceOfSatisfying(
                            Refusal.class, no -> assertThat(no.code()).isEqualTo("unknown_operation"));
        });
    }

    @Test
    void a_system_that_nobody_described_is_denied() {
        connector.givenNoPriorActivity().when(new ReadConnector(API));

        inUnitOfWork(() -> assertThatThrownBy(() -> connectors.operation(ACME, "api", "op"))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo("unknown_connector")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../x", "a/b", "A", "1a", "a\n", "tenant_globex/connector/api"})
    void a_system_is_named_plainly(String system) {
        assertThatThrownBy(() -> new ConnectorId(ACME, system)).isInstanceOf(InvalidField.class);
    }

    @Test
    void an_event_is_read_back_as_it_was_written() {
        JsonMapper json = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
        ConnectorDefined event = defined(1, PUBLIC);

        String written = json.writeValueAsString(event);

        assertThat(written).startsWith("{\"system\":\"api\",\"version\":1,\"digest\":\"");
        assertThat(json.readValue(written, ConnectorDefined.class)).isEqualTo(event);
    }

    @Test
    void a_change_is_quarantined_once_and_accepted_by_its_digest_only() {
        Finding changed = finding(NEW, "Says more.");
        var quarantined = quarantined(changed);

        connector.given(imported()).when(compare(1, changed)).expectEvents(quarantined);
        connector.given(imported(), quarantined).when(compare(1, changed)).expectNoEvents();
        connector.given(imported()).when(compare(1, finding(OLD, "Says."))).expectNoEvents();
        refused(connector.given(imported()).when(compare(2, changed)), "version_mismatch");
        refused(connector.given(imported()).when(accept(NEW, document(NEW))), "not_quarantined");
        refused(connector.given(imported(), quarantined).when(accept(OLD, document(NEW))), "offer_changed");
        connector
                .given(imported(), quarantined)
                .when(accept(NEW, document(NEW)))
                .expectEvents(new OperationAccepted("api", "op", NEW), defined(2, document(NEW)));
    }

    @Test
    void another_description_put_in_force_ends_a_quarantine_only_if_it_pins_something_else() {
        var quarantined = quarantined(finding(NEW, "Says more."));
        String slower = document(OLD).replace("PT1S", "PT2S");

        connector.given(imported(), quarantined, defined(2, slower)).when(new ReadConnector(API));
        inUnitOfWork(() ->
                assertThat(connectors.operation(ACME, "api", "op").quarantine()).isNotNull());
        connector.given(imported(), quarantined, defined(2, document(NEW))).when(new ReadConnector(API));
        inUnitOfWork(() ->
                assertThat(connectors.operation(ACME, "api", "op").quarantine()).isNull());
    }

    @Test
    void a_snapshot_keeps_what_waits_and_where_it_was_adopted_from() {
        JsonMapper json = JsonMapper.builder()
                .changeDefaultVisibility(visible -> visible.withVisibility(PropertyAccessor.FIELD, Visibility.ANY)
                        .withVisibility(PropertyAccessor.GETTER, Visibility.NONE)
                        .withVisibility(PropertyAccessor.IS_GETTER, Visibility.NONE))
                .build();
        var before = new Connector();
        before.on(imported(), API.toString(), Instant.EPOCH);
        before.on(new ConnectorAdopted("api", 3, imported().digest()));
        before.on(quarantined(finding(NEW, "Says more.")), Instant.EPOCH);

        Connector after = json.readValue(json.writeValueAsString(before), Connector.class);

        assertThat(after.view()).isEqualTo(before.view());
        assertThat(after.view().quarantined()).hasSize(1);
        assertThat(after.view().catalogue()).isEqualTo(new ConnectorView.Adopted(3, true, null));
    }

    @Test
    void an_accept_may_make_the_effect_worse_and_never_better_and_keeps_what_the_tenant_said() {
        String tenants = "{\"effect\":\"%s\",\"bulkhead\":3,\"description\":\"Old.\",\"query\":{},"
                + "\"upstream\":{\"tool\":\"t\",\"digest\":\"1\",\"error_effect\":\"unknown\"}}";
        String upstreams =
                "{\"effect\":\"%s\",\"description\":\"New.\",\"upstream\":{\"tool\":\"t\",\"digest\":\"2\"}}";

        JsonNode worse = Finding.accepted(tree(tenants.formatted("read")), tree(upstreams.formatted("high_risk")));
        JsonNode better = Finding.accepted(tree(tenants.formatted("write")), tree(upstreams.formatted("read")));

        assertThat(worse).isEqualTo(tree("""
            {"effect":"high_risk","bulkhead":3,"description":"New.",
             "upstream":{"tool":"t","digest":"2","error_effect":"unknown"}}"""));
        assertThat(better.path("effect").asString()).isEqualTo("write");
    }

    private static JsonNode tree(String json) {
        return CanonicalJson.read(json, "");
    }

    /** With one operation, which pins this of its upstream. */
    private static String document(String digest) {
        return document("https://api.example.com", "").replace("\"method\"", """
                    "upstream":{"operation":"GET /x","digest":"%s"},"method\"""".formatted(digest));
    }

    private static ConnectorDefined imported() {
        return defined(1, document(OLD));
    }

    private static Finding finding(String digest, String words) {
        JsonNode operation = tree(document(OLD)).at("/operations/op");
        ObjectNode drafted = (ObjectNode) tree(document(digest)).at("/operations/op");
        return Finding.of("op", operation, new Offer("GET /x", digest, drafted.put("description", words), null));
    }

    private static OperationQuarantined quarantined(Finding finding) {
        return new OperationQuarantined(
                "api",
                "op",
                finding.acceptedDigest(),
                finding.offeredDigest(),
                finding.changes(),
                finding.more(),
                finding.offered(),
                finding.before());
    }

    private static CompareConnector compare(long version, Finding finding) {
        return new CompareConnector(API, version, List.of(finding));
    }

    private static AcceptOperation accept(String digest, String document) {
        TargetSystem target = ConnectorReader.read(document);
        return new AcceptOperation(API, "op", digest, 1, target.digest(), target.document());
    }

    private static void inUnitOfWork(Runnable work) {
        DefaultUnitOfWork<?> unit = DefaultUnitOfWork.startAndGet(null);
        try {
            work.run();
        } finally {
            unit.rollback();
        }
    }

    private static void refused(ResultValidator<Connector> result, String code) {
        result.expectNoEvents()
                .expectException(matches((Throwable thrown) ->
                        thrown instanceof Refusal refusal && refusal.code().equals(code)));
    }

    private static DefineConnector define(String document, @Nullable Long replaces) {
        return DefineConnector.as(API, ConnectorReader.read(document), replaces, true);
    }

    private static ConnectorDefined defined(long version, String document) {
        TargetSystem target = ConnectorReader.read(document);
        return new ConnectorDefined("api", version, target.digest(), target.document());
    }

    private static String document(String url, String members) {
        return Documents.of(
                url, members, "\"method\":\"GET\",\"path\":\"/x\",\"effect\":\"read\",\"argument_schema\":{}");
    }
}
