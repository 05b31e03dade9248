package platform;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletContext;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.security.web.SecurityFilterChain;

/** Every request passes all of them: what a library brings along unasked is noticed here. */
@PlatformTest
class FewFiltersTest {

    private final ServletContext server;
    private final SecurityFilterChain security;
    private final Given given;

    @Autowired
    FewFiltersTest(ServletContext server, SecurityFilterChain security, Given given) {
        this.server = server;
        this.security = security;
        this.given = given;
    }

    @Test
    void a_request_passes_the_filters_that_it_needs_and_no_other() {
        assertThat(server.getFilterRegistrations().keySet())
                .containsExactlyInAnyOrder(
                        "requestIds",
                        "boundedBodies",
                        "controlRequests",
                        "wholeAnswers",
                        "echoedRequestId",
                        "webMvcObservationFilter",
                        "springSecurityFilterChain",
                        "callerInLogs",
                        "operatorReads");
        assertThat(security.getFilters())
                .extracting(filter -> filter.getClass().getSimpleName())
                .containsExactly(
                        "WebAsyncManagerIntegrationFilter",
                        "SecurityContextHolderFilter",
                        "HeaderWriterFilter",
                        "BearerTokenAuthenticationFilter",
                        "AnonymousAuthenticationFilter",
                        "ExceptionTranslationFilter",
                        "AuthorizationFilter");
    }

    @Test
    void who_is_turned_away_leaves_nothing_behind() {
        TestClient.Answer answer = given.anybody().get("/v1/tenants").expect(401);

        assertThat(answer.headers().map()).doesNotContainKey("set-cookie");
    }

    @Test
    void an_answer_is_kept_by_nobody_and_shown_in_nobodys_frame_and_begins_no_session() {
        TestClient.Answer answer = given.operator().get("/v1/tenants").expect(200);

        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
        assertThat(answer.headers().map()).doesNotContainKeys("set-cookie", "pragma", "expires", "x-xss-protection");
    }
}
