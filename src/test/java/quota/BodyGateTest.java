package quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import tenancy.Caller;
import tenancy.Cause;
import tenancy.Refusal;
import tenancy.Role;
import tenancy.TenantId;

class BodyGateTest {

    private static final int MEBIBYTE = 1024 * 1024;
    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final MockHttpServletResponse ANSWER = new MockHttpServletResponse();

    /** Two whole requests of a tenant, eight of all. */
    private final BodyGate gate = new BodyGate(8 * MEBIBYTE, Duration.ofMillis(50));

    /** The gate itself keeps nobody in mind. */
    private final List<MockHttpServletRequest> entered = new ArrayList<>();

    @AfterEach
    void nobody() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void a_tenant_that_fills_its_own_room_leaves_that_of_others() throws Exception {
        enter(ACME, MEBIBYTE);
        enter(ACME, MEBIBYTE);

        Refusal refusal = catchThrowableOfType(Refusal.class, () -> enter(ACME, MEBIBYTE));

        assertThat(refusal.kind()).isEqualTo(Refusal.Kind.TOO_MANY);
        assertThat(refusal.headers()).containsEntry("Retry-After", "1");
        assertThat(refusal.because()).isNotNull().satisfies(cause -> {
            assertThat(cause.owner()).isEqualTo(Cause.Owner.TENANT);
            assertThat(cause.used()).isEqualTo(2L * MEBIBYTE);
            assertThat(cause.limitValue()).isEqualTo(2L * MEBIBYTE);
        });
        assertThatNoException().isThrownBy(() -> enter(new TenantId("tenant_globex"), MEBIBYTE));
    }

    @Test
    void all_tenants_together_have_no_more_than_there_is() throws Exception {
        for (int tenant = 0; tenant < 8; tenant++) {
            enter(new TenantId("tenant_" + tenant), MEBIBYTE);
        }

        Refusal refusal = catchThrowableOfType(Refusal.class, () -> enter(ACME, MEBIBYTE));

        assertThat(refusal.kind()).isEqualTo(Refusal.Kind.UNAVAILABLE);
        assertThat(refusal.because()).isNotNull().satisfies(cause -> {
            assertThat(cause.owner()).isEqualTo(Cause.Owner.PLATFORM);
            assertThat(cause.used()).isEqualTo(8L * MEBIBYTE);
        });
    }

    @Test
    void who_was_refused_by_all_holds_nothing_of_its_own() throws Exception {
        List<MockHttpServletRequest> others = new ArrayList<>();
        for (int tenant = 0; tenant < 8; tenant++) {
            others.add(enter(new TenantId("tenant_" + tenant), MEBIBYTE));
        }
        for (int n = 0; n < 3; n++) {
            assertThatThrownBy(() -> enter(ACME, MEBIBYTE)).isInstanceOf(Refusal.class);
        }
        others.forEach(this::end);

        enter(ACME, MEBIBYTE);
        assertThatNoException().isThrownBy(() -> enter(ACME, MEBIBYTE));
    }

    @Test
    void who_waits_goes_on_as_soon_as_there_is_room() throws Exception {
        var patient = new BodyGate(4 * MEBIBYTE, Duration.ofSeconds(30));
        MockHttpServletRequest first = enter(patient, ACME, MEBIBYTE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var second = CompletableFuture.supplyAsync(() -> entered(patient), threads);
            Thread.sleep(50);
            assertThat(second).isNotDone();

            patient.afterCompletion(first, ANSWER, this, null);

            assertThat(second.get(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void small_requests_need_no_room() throws Exception {
        enter(ACME, MEBIBYTE);
        enter(ACME, MEBIBYTE);

        assertThatNoException().isThrownBy(() -> enter(ACME, BodyGate.SMALL));
    }

    @Test
    void one_that_does_not_say_its_length_may_be_the_largest() throws Exception {
        enter(ACME, -1);
        enter(ACME, -1);

        assertThat(catchThrowableOfType(Refusal.class, () -> enter(ACME, -1)).code())
                .isEqualTo("too_much_under_way");
    }

    @Test
    void an_answer_that_goes_on_for_long_holds_no_room() throws Exception {
        for (int stream = 0; stream < 3; stream++) {
            gate.afterConcurrentHandlingStarted(enter(ACME, MEBIBYTE), ANSWER, this);
        }
        enter(ACME, MEBIBYTE);
        assertThatNoException().isThrownBy(() -> enter(ACME, MEBIBYTE));
    }

    private boolean entered(BodyGate patient) {
        try {
            enter(patient, ACME, MEBIBYTE);
            return true;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void end(MockHttpServletRequest request) {
        gate.afterCompletion(request, ANSWER, this, null);
    }

    private MockHttpServletRequest enter(TenantId tenant, int bytes) throws InterruptedException {
        return enter(gate, tenant, bytes);
    }

    private MockHttpServletRequest enter(BodyGate into, TenantId tenant, int bytes) throws InterruptedException {
        var caller = new Caller(tenant, null, Role.TENANT_ADMIN, "key:k_1");
        SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken(caller, "none"));
        var request = new MockHttpServletRequest("POST", "/v1/actions");
        if (bytes < 0) {
            request.addHeader("Transfer-Encoding", "chunked");
        } else {
            request.setContent(new byte[bytes]);
        }
        into.preHandle(request, ANSWER, this);
        entered.add(request);
        return request;
    }
}
