package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import execution.gateway.ConnectorCommand.CompareConnector;
import execution.gateway.Upstreams.InForce;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tenancy.TenantContext;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class StoredUpstreamsTest {

    private static final TenantContext ADMIN = TenantContext.of(new TenantId("tenant_acme"), "key:k_1", null);
    private static final String OPERATION = """
        "op%1$d":{"method":"GET","path":"/x","effect":"read","argument_schema":{},
                "upstream":{"operation":"GET /%1$d","digest":"old"}}""";

    private final List<Finding> told = new ArrayList<>();

    @Test
    void what_an_upstream_says_waits_only_as_far_as_there_is_room() {
        var upstreams = new StoredUpstreams(new Answering(command -> {
            told.addAll(((CompareConnector) command).findings());
            return new ConnectorView("api", 1, "", Instant.EPOCH, document(0), List.of(), null);
        }));

        upstreams.compare(
                ADMIN,
                new InForce("api", 1, document(8)),
                List.of(
                        offer(0, 60_000),
                        offer(1, 70_000),
                        offer(2, 60_000),
                        offer(3, 60_000),
                        offer(4, 60_000),
                        offer(5, 60_000),
                        new Offer("GET /6", "old", document(8).at("/operations/op6"), null)));

        assertThat(told)
                .extracting(finding -> finding.offered() != null)
                .containsExactly(true, false, true, true, true, false, true, false);
        assertThat(told)
                .extracting(Finding::offeredDigest)
                .containsExactly("new", "new", "new", "new", "new", "new", "old", null);
        assertThat(told.get(1).changes().getFirst().after()).contains("65536");
        assertThat(told.get(5).changes().getFirst().after()).contains("accept those first");
        assertThat(told.get(0).changes()).singleElement().satisfies(change -> {
            assertThat(change.in()).isEqualTo("description");
            assertThat(change.after()).hasSizeLessThan(400);
        });
        assertThat(told.get(6).isSame()).isTrue();
    }

    private static JsonNode document(int operations) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < operations; i++) {
            all.add(OPERATION.formatted(i));
        }
        return CanonicalJson.read("{\"operations\":{" + String.join(",", all) + "}}", "");
    }

    private static Offer offer(int operation, int characters) {
        ObjectNode drafted = (ObjectNode) document(8).at("/operations/op" + operation);
        drafted.put("description", "x".repeat(characters));
        return new Offer("GET /" + operation, "new", drafted, null);
    }
}
