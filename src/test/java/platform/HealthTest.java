package platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.TestClient.Answer;

/** What a balancer, an operator and a metrics store see of one platform. */
@PlatformTest
class HealthTest {

    private final Given given;

    @Autowired
    HealthTest(Given given) {
        this.given = given;
    }

    @Test
    void anybody_may_ask_whether_it_lives_and_is_ready() {
        given.anybody().get("/actuator/health/liveness").expect(200);
        Answer ready = given.anybody().get("/actuator/health/readiness").expect(200);
        assertThat(ready.at("/status")).isEqualTo("UP");
        assertThat(ready.at("/components/db/status")).isEqualTo("UP");
        assertThat(ready.at("/components/journal/details/tenancy/state")).isEqualTo("running");
        assertThat(ready.json().at("/components/journal/details/tenancy/lag").isNumber())
                .isTrue();
        assertThat(ready.json().at("/components/dispatcher").isMissingNode()).isFalse();
    }

    @Test
    void metrics_name_tenants_and_so_are_for_operators() {
        given.anybody().get("/actuator/prometheus").expect(401);
        given.customer().admin().get("/actuator/prometheus").expect(403);
        Answer metrics = given.operator().send("GET", "/actuator/prometheus", null, "Accept", "text/plain");
        assertThat(metrics.expect(200).body())
                .contains("journal_projection_lag{projection=\"tenancy\"}")
                .contains("http_server_requests_seconds_count");
    }

    @Test
    void nothing_else_of_the_actuator_is_there() {
        for (String endpoint : new String[] {"env", "beans", "heapdump", "configprops", "loggers", "threaddump"}) {
            given.operator().get("/actuator/" + endpoint).expect(404);
        }
    }
}
