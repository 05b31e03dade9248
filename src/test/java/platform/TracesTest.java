package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import journal.Journal;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tenancy.TenantId;

/** One trace from a request into the journal. */
@PlatformTest
class TracesTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private final Given given;
    private final Journal journal;

    @Autowired
    TracesTest(Given given, Journal journal) {
        this.given = given;
        this.journal = journal;
    }

    @Test
    void a_sampled_request_is_found_again_on_the_events_it_caused() {
        var customer = given.customer();
        var tenant = new TenantId(customer.tenant());
        long before = journal.last(tenant);
        customer.admin()
                .post(
                        "/v1/workspaces",
                        "{\"workspace_id\":\"ws_traced\",\"name\":\"Traced\"}",
                        "traceparent",
                        "00-" + TRACE + "-00f067aa0ba902b7-01",
                        "Request-Id",
                        "req-traced")
                .expect(201);
        assertThat(journal.read(tenant, Journal.Filter.ALL, before, 10))
                .extracting(entry -> new String(entry.metaData(), StandardCharsets.UTF_8))
                .singleElement()
                .asString()
                .contains("00-" + TRACE + "-")
                .contains("-01\"")
                .contains("req-traced");
    }
}
