package execution;

import com.fasterxml.jackson.annotation.JsonInclude;
import execution.gateway.Quarantined;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import quota.Reservation;
import quota.Reservation.BudgetExceeded;
import quota.Reservation.Draw;
import quota.Reservation.Granted;
import quota.Reservation.Throttled;
import tenancy.Caller;
import tenancy.Cause;
import tenancy.TenantContext;

/** What an envelope would get now, over HTTP. Nothing is recorded as done, and nothing is done. */
@RestController
class RehearsalsEndpoint {

    private final Rehearsals rehearsals;

    RehearsalsEndpoint(Rehearsals rehearsals) {
        this.rehearsals = rehearsals;
    }

    /**
     * @param quarantine why it would be denied although policy does not deny it; absent if it would not
     * @param reservation absent where it would be denied: then nothing would be reserved
     */
    record Rehearsal(
            VerdictView verdict,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Quarantined quarantine,

            @Nullable ReservationView reservation) {}

    /**
     * @param reservation {@code granted}, {@code throttled} or {@code budget_exceeded}
     * @param draws what would be set aside, one a limit that counts it
     * @param cause which limit, how much and until when
     */
    record ReservationView(
            String reservation, List<Draw> draws, @Nullable Cause cause) {

        static @Nullable ReservationView of(@Nullable Reservation reservation) {
            return switch (reservation) {
                case null -> null;
                case Granted granted -> new ReservationView("granted", granted.draws(), null);
                case Throttled throttled -> new ReservationView("throttled", List.of(), throttled.cause());
                case BudgetExceeded spent -> new ReservationView("budget_exceeded", List.of(), spent.cause());
            };
        }
    }

    /** Says what an envelope would get if it were sent now. */
    @PostMapping("/v1/actions:simulate")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','OPERATOR')")
    Rehearsal simulate(TenantContext context, Caller caller, @RequestBody Envelope envelope) {
        Rehearsals.Decided decided = rehearsals.of(context, caller.agent(), envelope);
        return new Rehearsal(
                VerdictView.of(decided.verdict()), decided.quarantine(), ReservationView.of(decided.reservation()));
    }
}
