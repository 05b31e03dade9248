package execution;

import execution.Actions.Submitted;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.persistence.criteria.Predicate;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Sort;
import org.springframework.data.jpa.domain.Specification;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import quota.Reservation.Draw;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Caller;
import tenancy.Cursor;
import tenancy.InvalidField;
import tenancy.Moment;
import tenancy.Page;
import tenancy.TenantContext;
import tenancy.TenantTransactions;

/** Actions over HTTP: ask for one, see why it stands where it stands, take it back. */
@RestController
@RequestMapping("/v1/actions")
class ActionsEndpoint {

    private final Actions actions;
    private final PastActions past;
    private final ActionRows rows;
    private final TenantTransactions transactions;
    private final ExecutionSettings settings;
    private final Clock clock;

    ActionsEndpoint(
            Actions actions,
            PastActions past,
            ActionRows rows,
            TenantTransactions transactions,
            ExecutionSettings settings,
            Clock clock) {
        this.actions = actions;
        this.past = past;
        this.rows = rows;
        this.transactions = transactions;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Asks for an action.
     *
     * @param wait how long to hold for the outcome, ISO 8601, such as {@code PT10S}
     */
    @PostMapping
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','OPERATOR')")
    @Parameter(
            name = IdempotencyKey.FIELD,
            in = ParameterIn.HEADER,
            description = "The caller's own key, in double quotes (RFC 8941): the same key is done once.",
            schema = @Schema(type = "string", example = "\"order-1842\""))
    @ApiResponse(
            responseCode = "200",
            description = "It has ended",
            content = @Content(schema = @Schema(implementation = Answer.class)))
    @ApiResponse(
            responseCode = "202",
            description = "Admitted: it runs once a slot is free; or approval_required: it waits for people",
            content = @Content(schema = @Schema(implementation = Answer.class)))
    @ApiResponse(
            responseCode = "403",
            description = "denied by policy, or envelope_mismatch",
            content = @Content(schema = @Schema(implementation = ProblemDetail.class)))
    @ApiResponse(
            responseCode = "423",
            description = "frozen: contained, see GET /v1/containment",
            content = @Content(schema = @Schema(implementation = ProblemDetail.class)))
    @ApiResponse(
            responseCode = "429",
            description = "throttled or budget_exceeded",
            content = @Content(schema = @Schema(implementation = ProblemDetail.class)))
    ResponseEntity<?> submit(
            TenantContext context,
            Caller caller,
            @RequestBody Envelope envelope,
            @RequestParam(required = false) @Nullable String wait,
            HttpServletRequest request,
            HttpServletResponse response) {
        String key = IdempotencyKey.of(Collections.list(request.getHeaders(IdempotencyKey.FIELD)));
        Submitted submitted = actions.submit(context, caller.agent(), envelope, key, duration(wait));
        tell(submitted.tightest(), response);
        Answer answer = submitted.answer();
        return switch (answer.state()) {
            case DENIED, THROTTLED, BUDGET_EXCEEDED, FROZEN ->
                DecisionProblem.of(
                        answer.state(),
                        answer.cause(),
                        answer.remedy(),
                        answer.decisionId(),
                        answer.shadow(),
                        request.getRequestURI(),
                        context.requestId(),
                        clock.instant());
            case APPROVAL_REQUIRED ->
                progress(
                        ResponseEntity.accepted()
                                .header(
                                        HttpHeaders.LINK,
                                        "<%s>; rel=\"approve\"".formatted(Holds.link(answer.action()))),
                        submitted);
            case QUEUED, CHECKING, RUNNING -> progress(ResponseEntity.accepted(), submitted);
            case SUCCEEDED, FAILED, COMPENSATED, OUTCOME_UNKNOWN, CANCELLED -> progress(ResponseEntity.ok(), submitted);
        };
    }

    /**
     * One action and its whole why, as of this moment or of another.
     *
     * @param asOf a moment of the past: a time, or a sequence number of the tenant's journal
     */
    @GetMapping("/{action}")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    ActionView read(
            TenantContext context,
            Caller caller,
            @PathVariable String action,
            @RequestParam(name = "as_of", required = false) @Nullable String asOf) {
        var id = new ActionId(context.tenant(), action);
        return asOf == null ? actions.find(id, caller.agent()) : past.action(id, caller.agent(), Moment.of(asOf));
    }

    /** Actions, newest first. */
    @GetMapping
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    Page<ActionSummary> list(
            TenantContext context,
            Caller caller,
            @RequestParam(required = false) @Nullable String run,
            @RequestParam(required = false) @Nullable String agent,
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        String before = Cursor.key(cursor);
        int most = Cursor.limit(limit);
        String wanted = state == null ? null : ActionState.of(state).word();
        AgentId bound = caller.agent();
        Specification<ActionRow> asked = (row, query, sql) -> {
            List<Predicate> all = Lists.equal(
                    row, sql, "tenant", context.tenant().value(), "run", run, "agent", agent, "state", wanted);
            if (bound != null) {
                all.add(sql.equal(row.get("agent"), bound.key()));
            }
            if (!before.isEmpty()) {
                all.add(sql.lessThan(row.<String>get("action"), before));
            }
            return sql.and(all);
        };
        List<ActionSummary> found = transactions.in(
                context.tenant(),
                () -> rows.findBy(
                        asked,
                        rowsOf -> rowsOf.sortBy(Sort.by("action").descending()).limit(most + 1).all().stream()
                                .map(ActionRow::summary)
                                .toList()));
        return Page.of(found, most, ActionSummary::action);
    }

    /** Takes back an action that is queued or waits for approval. */
    @PostMapping("/{action}:cancel")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','OPERATOR')")
    Answer cancel(TenantContext context, Caller caller, @PathVariable String action) {
        return actions.cancel(context, caller.agent(), new ActionId(context.tenant(), action));
    }

    /** Beside the request rate, which stands there already: fields of the answer's own would take its place. */
    private void tell(@Nullable Draw tightest, HttpServletResponse response) {
        if (tightest != null) {
            Instant resets = tightest.resetsAt();
            RateLimitFields.add(
                    response::addHeader,
                    tightest.limit(),
                    tightest.limitValue(),
                    tightest.limitValue() - tightest.used(),
                    resets == null ? -1 : DecisionProblem.secondsUntil(resets, clock.instant()));
        }
    }

    private static ResponseEntity<Answer> progress(ResponseEntity.BodyBuilder response, Submitted submitted) {
        if (submitted.replayed()) {
            response.header("Idempotency-Replayed", "true");
        }
        return response.location(URI.create("/v1/actions/" + submitted.answer().action()))
                .body(submitted.answer());
    }

    private Duration duration(@Nullable String wait) {
        if (wait == null) {
            return Duration.ZERO;
        }
        try {
            Duration asked = Duration.parse(wait);
            if (!asked.isNegative() && asked.compareTo(settings.longestWait()) <= 0) {
                return asked;
            }
        } catch (DateTimeParseException notADuration) {
            throw unusable();
        }
        throw unusable();
    }

    private InvalidField unusable() {
        return new InvalidField(
                "/wait",
                "duration",
                "must be an ISO 8601 duration of at most %s, such as PT10S".formatted(settings.longestWait()));
    }
}
