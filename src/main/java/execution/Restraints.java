package execution;

import execution.ActionEvent.Requested;
import execution.gateway.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import policy.Verdict;
import policy.Verdict.Approval;
import tenancy.ActionEnvelope;
import tenancy.ActionId;
import tenancy.Postures;
import tenancy.Restriction;
import tenancy.Subject;
import tenancy.TenantId;

/** What containment says of an action: before the policy is asked, and again before it starts. In the tenant's lane only. */
@Component
class Restraints {

    /** The name under which people are asked, beside the rules of policies. */
    static final String RULE = "containment";

    private static final List<String> WHO_AGREES = List.of("approver");
    private static final Duration WAITS_FOR_THEM = Duration.ofDays(1);

    private final Postures postures;

    Restraints(Postures postures) {
        this.postures = postures;
    }

    /** The restriction in force for what is asked for; null if there is none. */
    @Nullable
    Restriction on(ActionEnvelope envelope) {
        return postures.on(envelope.action().tenant(), Subject.of(envelope)).orElse(null);
    }

    /** Whether it forbids the action whoever agrees. */
    static boolean forbids(@Nullable Restriction restriction, Operation operation) {
        return restriction != null
                && !restriction.posture().allows(operation.effect(), Reachable.isReversible(operation.declared()));
    }

    /** The verdict, and people beside, where the restriction wants them asked. */
    static Verdict under(@Nullable Restriction restriction, Verdict verdict) {
        if (restriction == null || !restriction.asksPeople()) {
            return verdict;
        }
        var people = new Approval(RULE, WHO_AGREES, 1, WAITS_FOR_THEM);
        return switch (verdict) {
            case Verdict.Denied denied -> denied;
            case Verdict.Allowed it ->
                new Verdict.NeedsApproval(it.version(), it.reasons(), List.of(people), it.shadow());
            case Verdict.NeedsApproval it ->
                new Verdict.NeedsApproval(it.version(), it.reasons(), and(it.approvals(), people), it.shadow());
            case Verdict.NeedsCheck it ->
                new Verdict.NeedsCheck(
                        it.version(), it.reasons(), it.checks(), and(it.approvals(), people), it.shadow());
        };
    }

    private static List<Approval> and(List<Approval> asked, Approval people) {
        List<Approval> all = new ArrayList<>(asked);
        all.add(people);
        return all;
    }

    /** What keeps an admitted action from starting now. */
    Optional<Restriction> atStart(ActionId action, Requested requested, boolean granted) {
        var context = Origin.context(
                action.tenant(), CurrentUnitOfWork.get().getMessage().getMetaData());
        Reachable reach = Reachable.of(context, requested, granted);
        return postures.on(action.tenant(), reach.subject()).filter(reach::isStoppedBy);
    }

    /** For how long a held action's time has stood still since it began to wait. */
    Duration stoodStill(TenantId tenant, Held held, Instant now) {
        return postures.stoodStill(tenant, held.subject(), held.since(), now);
    }

    /** Whether a held action's time stands still now. */
    boolean standsStill(TenantId tenant, Held held) {
        return postures.on(tenant, held.subject())
                .filter(restriction -> restriction.posture().standsStill())
                .isPresent();
    }

    long epochToStart(TenantId tenant) {
        return postures.epochToStart(tenant);
    }
}
