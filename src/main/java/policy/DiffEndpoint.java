package policy;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import policy.KnownOperations.KnownOperation;
import tenancy.InvalidField;
import tenancy.LongWork;
import tenancy.TenantContext;

/** Compares two versions, or the draft with one, over HTTP. */
@RestController
class DiffEndpoint {

    private static final String DRAFT = "draft";

    private final Versions versions;
    private final Trials trials;
    private final KnownOperations operations;

    DiffEndpoint(Versions versions, Trials trials, Optional<KnownOperations> operations) {
        this.versions = versions;
        this.trials = trials;
        this.operations = operations.orElse(tenant -> List.of());
    }

    /**
     * What changes between two documents: rules, sections, and decisions.
     *
     * @param from a version; the one in force if left out
     * @param to a version or {@code draft}; the draft if left out
     */
    @GetMapping("/v1/policies/{profile}:diff")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    Diff.Difference diff(
            TenantContext context,
            @PathVariable String profile,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to) {
        PolicyDocument before = from == null
                ? versions.inForce(context, profile).document()
                : document(context, profile, "/from", from);
        PolicyDocument after = document(context, profile, "/to", to == null ? DRAFT : to);
        Diff.Side old = side(context, profile, before);
        Diff.Side changed = side(context, profile, after);
        List<KnownOperation> known = operations.of(context.tenant());
        return LongWork.of(context.tenant(), () -> Diff.of(context.tenant(), profile, old, changed, known));
    }

    private Diff.Side side(TenantContext context, String profile, PolicyDocument document) {
        return new Diff.Side(document, trials.of(context, profile, document));
    }

    private PolicyDocument document(TenantContext context, String profile, String pointer, String named) {
        if (named.equals(DRAFT)) {
            return trials.draft(context, profile);
        }
        try {
            return versions.one(context, profile, Long.parseLong(named)).document();
        } catch (NumberFormatException notAVersion) {
            throw new InvalidField(pointer, "version", "must be a version or draft");
        }
    }
}
