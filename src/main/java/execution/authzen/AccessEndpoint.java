package execution.authzen;

import com.fasterxml.jackson.annotation.JsonInclude;
import execution.Rehearsals;
import execution.Rehearsals.Decided;
import execution.Rehearsals.Question;
import execution.Rehearsals.Rehearsed;
import execution.Rehearsals.Semantic;
import execution.Rehearsals.Unusable;
import execution.VerdictView;
import execution.gateway.Quarantined;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Caller;
import tenancy.InvalidField;
import tenancy.TenantContext;
import tools.jackson.databind.JsonNode;

/** The OpenID AuthZEN Authorization API 1.0: access evaluations. A no is an answer, and HTTP 200. */
@RestController
class AccessEndpoint {

    private static final int MOST_EVALUATIONS = 100;

    private final Rehearsals rehearsals;

    AccessEndpoint(Rehearsals rehearsals) {
        this.rehearsals = rehearsals;
    }

    /** @param context why; where it is no, what would have to change */
    record Access(boolean decision, Why context) {}

    /**
     * @param reason {@code allowed}, {@code denied}, {@code needs_approval}, {@code needs_check},
     *     {@code operation_quarantined}, or the code of what made it impossible to decide
     * @param quarantine why it is denied although policy does not deny it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Why(
            String reason,
            @Nullable VerdictView verdict,
            @Nullable Quarantined quarantine,
            @Nullable Fault error) {}

    /** What made it impossible to decide. */
    record Fault(int status, String message) {}

    record Accesses(List<Access> evaluations) {}

    /** May this agent do this. */
    @PostMapping("/access/v1/evaluation")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','OPERATOR')")
    Access evaluate(TenantContext context, Caller caller, @RequestBody JsonNode body) {
        return evaluations(context, caller, List.of(new AccessRequest("", body, null)), Semantic.EXECUTE_ALL)
                .getFirst();
    }

    /** Several at one moment, in their order; what each leaves out is taken from around them. */
    @PostMapping("/access/v1/evaluations")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','OPERATOR')")
    Object evaluateAll(TenantContext context, Caller caller, @RequestBody JsonNode body) {
        JsonNode evaluations = body.path("evaluations");
        if (evaluations.isMissingNode() || evaluations.isArray() && evaluations.isEmpty()) {
            // As the specification has it: without evaluations it is one evaluation.
            return evaluate(context, caller, body);
        }
        if (!evaluations.isArray() || evaluations.size() > MOST_EVALUATIONS) {
            throw new InvalidField("/evaluations", "wrong_type", "must be a list of at most " + MOST_EVALUATIONS);
        }
        List<AccessRequest> requests = new ArrayList<>();
        for (int i = 0; i < evaluations.size(); i++) {
            requests.add(new AccessRequest("/evaluations/" + i, evaluations.get(i), body));
        }
        return new Accesses(evaluations(context, caller, requests, semantic(body.path("options"))));
    }

    private List<Access> evaluations(
            TenantContext context, Caller caller, List<AccessRequest> requests, Semantic semantic) {
        List<Question> questions = requests.stream()
                .map(request -> request.question(context.tenant()))
                .toList();
        return rehearsals.of(context, caller.agent(), questions, semantic).stream()
                .map(AccessEndpoint::access)
                .toList();
    }

    private static Access access(Rehearsed rehearsed) {
        return switch (rehearsed) {
            case Decided decided ->
                new Access(
                        decided.isPermitted(),
                        new Why(
                                decided.quarantine() == null ? decided.verdict().word() : Quarantined.CODE,
                                VerdictView.of(decided.verdict()),
                                decided.quarantine(),
                                null));
            case Unusable unusable ->
                new Access(
                        false,
                        new Why(
                                unusable.why().code(),
                                null,
                                null,
                                new Fault(
                                        unusable.why().kind().status(),
                                        String.valueOf(unusable.why().getMessage()))));
        };
    }

    private static Semantic semantic(JsonNode options) {
        JsonNode named = options.path("evaluations_semantic");
        if (named.isMissingNode() || named.isNull()) {
            return Semantic.EXECUTE_ALL;
        }
        for (Semantic semantic : Semantic.values()) {
            if (named.isString() && semantic.name().toLowerCase(Locale.ROOT).equals(named.asString())) {
                return semantic;
            }
        }
        throw new InvalidField(
                "/options/evaluations_semantic",
                "unknown_value",
                "must be execute_all, deny_on_first_deny or permit_on_first_permit");
    }
}
