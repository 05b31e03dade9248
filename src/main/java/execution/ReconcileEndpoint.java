package execution;

import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tenancy.ActionId;
import tenancy.Fields;
import tenancy.InvalidField;
import tenancy.TenantContext;

/** Says what came of an action that nobody knows the outcome of, over HTTP. No agent may. */
@RestController
@RequestMapping("/v1/actions")
class ReconcileEndpoint {

    private static final String PROBE = "probe";

    private final Reconciliations reconciliations;

    ReconcileEndpoint(Reconciliations reconciliations) {
        this.reconciliations = reconciliations;
    }

    /**
     * How it is found out: by the operation's probe, or by a person's word.
     *
     * @param by {@code probe}, and nothing else then
     * @param outcome {@code succeeded} or {@code failed}
     * @param evidence how that is known, for whoever reads the journal
     */
    record Reconcile(
            @Nullable String by,
            @Nullable String outcome,
            @Nullable String evidence) {}

    /** Ends the doubt about an action whose state is {@code outcome_unknown}, once. */
    @PostMapping("/{action}:reconcile")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ActionView reconcile(TenantContext context, @PathVariable String action, @RequestBody Reconcile reconcile) {
        var id = new ActionId(context.tenant(), action);
        if (reconcile.by() != null) {
            if (!reconcile.by().equals(PROBE) || reconcile.outcome() != null || reconcile.evidence() != null) {
                throw new InvalidField("/by", "unknown_value", "must be probe, without outcome and evidence");
            }
            return reconciliations.byProbe(context, id);
        }
        return reconciliations.byPerson(
                context,
                id,
                outcome(reconcile.outcome()),
                Fields.text("evidence", reconcile.evidence() == null ? "" : reconcile.evidence()));
    }

    private static ActionState outcome(@Nullable String word) {
        if ("succeeded".equals(word)) {
            return ActionState.SUCCEEDED;
        }
        if ("failed".equals(word)) {
            return ActionState.FAILED;
        }
        throw new InvalidField("/outcome", "unknown_value", "must be succeeded or failed");
    }
}
