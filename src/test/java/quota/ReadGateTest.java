package quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

class ReadGateTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final MockHttpServletResponse ANSWER = new MockHttpServletResponse();

    private final ReadGate gate = new ReadGate("journal_reads", 4, Duration.ofMillis(50));
    /** The gate itself keeps nobody in mind. */
    private final List<MockHttpServletRequest> entered = new ArrayList<>();

    @AfterEach
    void nobody() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void a_tenant_reads_four_times_at_once_and_keeps_no_other_from_reading() throws Exception {
        for (int n = 0; n < 4; n++) {
            enter(ACME, Role.AUDITOR);
        }

        Refusal refusal = catchThrowableOfType(Refusal.class, () -> enter(ACME, Role.AUDITOR));

        assertThat(refusal.kind()).isEqualTo(Refusal.Kind.TOO_MANY);
        assertThat(refusal.headers()).containsEntry("Retry-After", "1");
        assertThat(refusal.because()).isNotNull().satisfies(cause -> {
            assertThat(cause.owner()).isEqualTo(Cause.Owner.TENANT);
            assertThat(cause.limit()).isEqualTo("journal_reads");
            assertThat(cause.used()).isEqualTo(4);
            assertThat(cause.limitValue()).isEqualTo(4);
        });
        assertThatNoException().isThrownBy(() -> enter(new TenantId("tenant_globex"), Role.AUDITOR));
    }

    @Test
    void whoever_has_ended_makes_room_for_one_and_not_for_two() throws Exception {
        for (int n = 0; n < 4; n++) {
            enter(ACME, Role.AUDITOR);
        }

        leave(entered.getFirst());
        leave(entered.getFirst());

        enter(ACME, Role.AUDITOR);
        assertThat(catchThrowableOfType(Refusal.class, () -> enter(ACME, Role.AUDITOR)))
                .isNotNull();
    }

    @Test
    void operators_are_not_counted() {
        for (int n = 0; n < 10; n++) {
            assertThatNoException().isThrownBy(() -> enter(TenantId.FLEET, Role.OPERATOR));
        }
    }

    @Test
    void what_changes_something_waits_for_no_reader() throws Exception {
        for (int n = 0; n < 4; n++) {
            enter(ACME, Role.AUDITOR);
        }

        assertThat(gate.preHandle(new MockHttpServletRequest("POST", "/v1/actions/act_1:cancel"), ANSWER, this))
                .isTrue();
    }

    @Test
    void whoever_asks_for_the_head_of_an_answer_waits_like_a_reader() throws Exception {
        for (int n = 0; n < 4; n++) {
            enter(ACME, Role.AUDITOR);
        }

        assertThat(catchThrowableOfType(
                        Refusal.class,
                        () -> gate.preHandle(new MockHttpServletRequest("HEAD", "/v1/journal"), ANSWER, this)))
                .isNotNull();
    }

    private void enter(TenantId tenant, Role role) throws InterruptedException {
        SecurityContextHolder.getContext()
                .setAuthentication(new TestingAuthenticationToken(new Caller(tenant, null, role, "key:k_1"), null));
        var request = new MockHttpServletRequest("GET", "/v1/journal");
        assertThat(gate.preHandle(request, ANSWER, this)).isTrue();
        entered.add(request);
    }

    private void leave(MockHttpServletRequest request) {
        gate.afterCompletion(request, ANSWER, this, null);
    }
}
