package policy;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import policy.KnownOperations.KnownOperation;
import tenancy.LiveKeys;
import tenancy.LongWork;
import tenancy.Refusal.FieldError;
import tenancy.TenantContext;

/** Reads a document before it is published, over HTTP. Nothing is kept. */
@RestController
class LintEndpoint {

    private final Trials trials;
    private final KnownOperations operations;
    private final LiveKeys keys;
    private final Clock clock;

    LintEndpoint(Trials trials, Optional<KnownOperations> operations, LiveKeys keys, Clock clock) {
        this.trials = trials;
        this.operations = operations.orElse(tenant -> List.of());
        this.keys = keys;
        this.clock = clock;
    }

    /** @param document the draft if left out */
    record Posted(@Nullable PolicyDocument document) implements PolicyBody {}

    /** @param publishable whether none of the findings is an error */
    record Findings(boolean publishable, List<Finding> findings) {}

    /** Says what is wrong with a draft or a posted document, and what is likely not meant. */
    @PostMapping(
            path = "/v1/policies/{profile}:lint",
            consumes = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_YAML_VALUE})
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    Findings lint(TenantContext context, @PathVariable String profile, @RequestBody Posted posted) {
        PolicyDocument document = posted.document() == null ? trials.draft(context, profile) : posted.document();
        try {
            Lint.check(context.tenant(), Layer.of(context.tenant(), profile), document);
        } catch (InvalidPolicy invalid) {
            return new Findings(
                    false, invalid.fields().stream().map(LintEndpoint::error).toList());
        }
        Map<String, Long> live = keys.byRole(context.tenant());
        List<KnownOperation> known = operations.of(context.tenant());
        return new Findings(
                true, LongWork.of(context.tenant(), () -> DeepLint.findings(document, known, live, clock.instant())));
    }

    private static Finding error(FieldError field) {
        return new Finding(field.pointer(), field.rule(), Finding.Severity.ERROR, "It " + field.detail() + ".");
    }
}
