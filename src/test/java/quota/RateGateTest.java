package quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static quota.Envelopes.ACME;
import static quota.Envelopes.GOLD;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import quota.QuotaCommand.CountThrottled;
import tenancy.Caller;
import tenancy.Cause;
import tenancy.Refusal;
import tenancy.Role;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

class RateGateTest {

    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final TenantId GLOBEX = new TenantId("tenant_globex");

    private final AtomicLong nanos = new AtomicLong();
    private final LimitsInForce limits = new LimitsInForce();
    private final Lane lane = new Lane();
    private final ThrottleCounts counts = new ThrottleCounts(lane, Clock.fixed(NOW.plusSeconds(10), ZoneOffset.UTC));
    private final RateGate gate = new RateGate(
            limits,
            tenant -> tenant.value().equals("tenant_unknown") ? Optional.empty() : Optional.of(GOLD),
            counts,
            Clock.fixed(NOW, ZoneOffset.UTC),
            nanos::get);

    /** Remembers what it is sent, and can be full. */
    private static final class Lane implements TenantCommands {
        final List<TenantContext> contexts = new ArrayList<>();
        final List<Object> commands = new ArrayList<>();
        boolean full;

        @Override
        public <R> CompletableFuture<R> send(TenantContext context, Object command) {
            if (full) {
                return CompletableFuture.failedFuture(new IllegalStateException("lane_full"));
            }
            contexts.add(context);
            commands.add(command);
            return new CompletableFuture<R>().completeAsync(() -> null, Runnable::run);
        }

        @Override
        public <R> R ask(TenantContext context, Object command) {
            throw new AssertionError("A flood waited for the lane");
        }
    }

    @BeforeEach
    void ten_a_second_twenty_at_once() {
        limits.defined(new DefinedClass(GOLD, Envelopes.limits(1, 1), 1));
    }

    @AfterEach
    void nobody_is_asking() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void says_what_is_left() {
        assertThat(gate.admit(ACME))
                .containsEntry("RateLimit-Policy", "\"requests\";q=20;w=2")
                .containsEntry("RateLimit", "\"requests\";r=19;t=1");
    }

    @Test
    void refuses_what_is_too_fast_and_says_until_when() {
        exhaust(ACME);

        TooManyRequests refused = catchThrowableOfType(TooManyRequests.class, () -> gate.admit(ACME));

        assertThat(refused.kind()).isEqualTo(Refusal.Kind.TOO_MANY);
        assertThat(refused.code()).isEqualTo("throttled");
        assertThat(refused.headers())
                .containsEntry("Retry-After", "1")
                .containsEntry("RateLimit", "\"requests\";r=0;t=1");
        assertThat(refused.because())
                .isEqualTo(Cause.limit(Cause.Owner.TENANT, "rate", "requests_per_second", 10, 10, NOW.plusMillis(100)));
    }

    @Test
    void admits_again_once_it_is_time() {
        exhaust(ACME);
        nanos.addAndGet(100_000_000);

        gate.admit(ACME);

        assertThatThrownBy(() -> gate.admit(ACME)).isInstanceOf(TooManyRequests.class);
    }

    @Test
    void one_tenant_uses_up_nothing_of_another() {
        exhaust(ACME);

        assertThat(gate.admit(GLOBEX)).containsEntry("RateLimit", "\"requests\";r=19;t=1");
    }

    @Test
    void an_override_is_in_force_at_once() {
        exhaust(ACME);
        limits.overridden(ACME, Layer.OPERATOR, "tenant", "burst", 1, 1);
        nanos.addAndGet(10_000_000_000L);

        gate.admit(ACME);

        assertThatThrownBy(() -> gate.admit(ACME)).isInstanceOf(TooManyRequests.class);
    }

    @Test
    void a_tenant_without_a_class_may_send_nothing() {
        assertThatThrownBy(() -> gate.admit(new TenantId("tenant_unknown"))).isInstanceOf(UnknownQuotaClass.class);
    }

    @Test
    void what_is_refused_is_one_entry_a_window_and_tenant() {
        exhaust(ACME);
        for (int i = 0; i < 1_000; i++) {
            assertThatThrownBy(() -> gate.admit(ACME)).isInstanceOf(TooManyRequests.class);
        }

        counts.flush().join();
        counts.flush().join();

        assertThat(lane.commands)
                .containsExactly(new CountThrottled(new BudgetId(ACME), NOW, NOW.plusSeconds(10), 1_000, 10));
        assertThat(lane.contexts).extracting(TenantContext::tenant).containsExactly(ACME);
    }

    @Test
    void what_could_not_be_written_is_written_next_time() {
        exhaust(ACME);
        assertThatThrownBy(() -> gate.admit(ACME)).isInstanceOf(TooManyRequests.class);
        lane.full = true;
        counts.flush().join();
        lane.full = false;

        counts.start();
        counts.stop();

        assertThat(lane.commands)
                .containsExactly(new CountThrottled(new BudgetId(ACME), NOW, NOW.plusSeconds(10), 1, 10));
    }

    @Test
    void stands_before_tenants_and_not_before_operators_or_strangers() {
        exhaust(ACME);

        assertThatThrownBy(() -> asks(new Caller(ACME, null, Role.TENANT_ADMIN, "key:k_1")))
                .isInstanceOf(TooManyRequests.class);
        assertThat(asks(new Caller(TenantId.FLEET, null, Role.OPERATOR, "key:k_2"))
                        .getHeaderNames())
                .isEmpty();
        assertThat(asks(null).getHeaderNames()).isEmpty();
        assertThat(asks(new Caller(GLOBEX, null, Role.AGENT, "key:k_3")).getHeaderNames())
                .containsExactlyInAnyOrder("RateLimit", "RateLimit-Policy");
    }

    @Test
    void a_tenants_flood_does_not_keep_its_administrators_from_containing_it() {
        exhaust(ACME);

        assertThat(asks(new Caller(ACME, null, Role.TENANT_ADMIN, "key:k_1"), "/v1/containment")
                        .getHeaderNames())
                .contains("RateLimit");
        for (Role other : new Role[] {Role.AGENT, Role.AUDITOR}) {
            assertThatThrownBy(() -> asks(new Caller(ACME, null, other, "key:k_2"), "/v1/containment"))
                    .isInstanceOf(TooManyRequests.class);
        }
        for (int i = 1; i < 20; i++) {
            asks(new Caller(ACME, null, Role.TENANT_ADMIN, "key:k_1"), "/v1/containment/rules");
        }
        assertThatThrownBy(() -> asks(new Caller(ACME, null, Role.TENANT_ADMIN, "key:k_1"), "/v1/containment"))
                .isInstanceOf(TooManyRequests.class);
    }

    private MockHttpServletResponse asks(@org.jspecify.annotations.Nullable Caller caller) {
        return asks(caller, "/v1/actions");
    }

    private MockHttpServletResponse asks(@org.jspecify.annotations.Nullable Caller caller, String path) {
        if (caller == null) {
            SecurityContextHolder.clearContext();
        } else {
            SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken(caller, null));
        }
        var response = new MockHttpServletResponse();
        assertThat(gate.preHandle(new MockHttpServletRequest("GET", path), response, this))
                .isTrue();
        return response;
    }

    private void exhaust(TenantId tenant) {
        for (int i = 0; i < 20; i++) {
            gate.admit(tenant);
        }
    }
}
