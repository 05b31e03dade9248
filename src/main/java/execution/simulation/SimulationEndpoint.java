package execution.simulation;

import execution.Envelope;
import execution.Rehearsals;
import execution.VerdictView;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import policy.PolicyBody;
import policy.PolicyDocument;
import policy.Trials;
import policy.Verdict;
import tenancy.ActionEnvelope;
import tenancy.Caller;
import tenancy.InvalidField;
import tenancy.NotFound;
import tenancy.PastEvents;
import tenancy.TenantContext;

/** Tries a policy before it is published, over HTTP: on one envelope, or on the tenant's past. */
@RestController
class SimulationEndpoint {

    private static final int SOME_EXAMPLES = 10;
    private static final int MOST_EXAMPLES = 100;
    private static final String LAYERS = "layer:";

    private final Trials trials;
    private final Rehearsals rehearsals;
    private final Simulations simulations;
    private final PastEvents past;

    SimulationEndpoint(Trials trials, Rehearsals rehearsals, Simulations simulations, PastEvents past) {
        this.trials = trials;
        this.rehearsals = rehearsals;
        this.simulations = simulations;
        this.past = past;
    }

    /**
     * What to try, and on what.
     *
     * @param document the draft if left out
     * @param envelope one envelope, answered at once; the past if left out
     * @param from decisions from this moment on
     * @param until decisions before this moment
     * @param examples most action ids named for each kind of change, 10 if left out
     */
    record Attempt(
            @Nullable PolicyDocument document,
            @Nullable Envelope envelope,
            @Nullable Instant from,
            @Nullable Instant until,
            @Nullable Integer examples)
            implements PolicyBody {}

    /** @param changes whether the document decides otherwise than what is in force */
    record OneEnvelope(VerdictView inForce, VerdictView tried, boolean changes) {}

    /** Tries a draft or a posted document. Nothing is executed, reserved or recorded. */
    @PostMapping(
            path = "/v1/policies/{profile}:simulate",
            consumes = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_YAML_VALUE})
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','OPERATOR')")
    @ApiResponse(
            responseCode = "200",
            description = "What it says of the envelope",
            content = @Content(schema = @Schema(implementation = OneEnvelope.class)))
    @ApiResponse(
            responseCode = "202",
            description = "It is being tried on the past",
            content = @Content(schema = @Schema(implementation = Simulation.View.class)))
    ResponseEntity<?> simulate(
            TenantContext context, Caller caller, @PathVariable String profile, @RequestBody Attempt attempt) {
        PolicyDocument document = attempt.document() == null ? trials.draft(context, profile) : attempt.document();
        Function<ActionEnvelope, Verdict> decide = trials.of(context, profile, document);
        if (attempt.envelope() != null) {
            return ResponseEntity.ok(onOne(context, caller, profile, attempt.envelope(), decide));
        }
        return onPast(context, profile, attempt, decide);
    }

    /** How far a trial has come, and what it has found. */
    @GetMapping("/v1/policies/{profile}/simulations/{simulation}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','OPERATOR')")
    Simulation.View read(TenantContext context, @PathVariable String profile, @PathVariable String simulation) {
        return simulations
                .find(context.tenant(), profile, simulation)
                .orElseThrow(() -> new NotFound("simulation", simulation))
                .view();
    }

    private OneEnvelope onOne(
            TenantContext context,
            Caller caller,
            String profile,
            Envelope envelope,
            Function<ActionEnvelope, Verdict> decide) {
        Rehearsals.Decided decided = rehearsals.of(context, caller.agent(), envelope);
        if (!concerned(profile, decided.envelope())) {
            throw new InvalidField("/envelope/policy_profile", "other_profile", "must be the profile that is tried");
        }
        Verdict inForce = decided.verdict();
        Verdict tried = decide.apply(decided.envelope());
        return new OneEnvelope(
                VerdictView.of(inForce), VerdictView.of(tried), !inForce.word().equals(tried.word()));
    }

    private ResponseEntity<Simulation.View> onPast(
            TenantContext context, String profile, Attempt attempt, Function<ActionEnvelope, Verdict> decide) {
        Instant from = attempt.from();
        Instant until = attempt.until();
        if (from != null && until != null && !from.isBefore(until)) {
            throw new InvalidField("/until", "range", "must be later than from");
        }
        int examples = attempt.examples() == null ? SOME_EXAMPLES : attempt.examples();
        if (examples < 0 || examples > MOST_EXAMPLES) {
            throw new InvalidField("/examples", "range", "must be 0 to " + MOST_EXAMPLES);
        }
        Simulation started = simulations.start(new Simulation.Subject(
                context.tenant(),
                profile,
                decide,
                envelope -> concerned(profile, envelope),
                from,
                until,
                past.last(context.tenant()),
                examples));
        Simulation.View view = started.view();
        return ResponseEntity.accepted()
                .location(URI.create("/v1/policies/%s/simulations/%s".formatted(profile, view.simulationId())))
                .body(view);
    }

    /** A layer has a say in all of the tenant's decisions, a profile in those of its own agents. */
    private static boolean concerned(String profile, ActionEnvelope envelope) {
        return profile.startsWith(LAYERS) || profile.equals(envelope.policyProfile());
    }
}
