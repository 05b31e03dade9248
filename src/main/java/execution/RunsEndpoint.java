package execution;

import execution.RunCommand.CapRun;
import execution.RunCommand.EndRun;
import execution.RunCommand.StartRun;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.persistence.criteria.Predicate;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Sort;
import org.springframework.data.jpa.domain.Specification;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tenancy.AgentId;
import tenancy.Caller;
import tenancy.Cause;
import tenancy.Cursor;
import tenancy.InvalidField;
import tenancy.Moment;
import tenancy.NotFound;
import tenancy.Page;
import tenancy.Role;
import tenancy.RunId;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantTransactions;
import tools.jackson.databind.JsonNode;

/** Runs over HTTP. An action starts its run by itself; starting it first shows at once whether it may be. */
@RestController
@RequestMapping("/v1/runs")
class RunsEndpoint {

    private final TenantCommands commands;
    private final PastActions past;
    private final RunRows rows;
    private final TenantTransactions transactions;
    private final Supplier<UUID> ids;
    private final Clock clock;

    RunsEndpoint(
            TenantCommands commands,
            PastActions past,
            RunRows rows,
            TenantTransactions transactions,
            Supplier<UUID> ids,
            Clock clock) {
        this.commands = commands;
        this.past = past;
        this.rows = rows;
        this.transactions = transactions;
        this.ids = ids;
        this.clock = clock;
    }

    /** Starts a run; an open one of the same agent is answered as it is. */
    @PostMapping
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','OPERATOR')")
    @ApiResponse(
            responseCode = "201",
            description = "The run is open",
            content = @Content(schema = @Schema(implementation = RunView.class)))
    @ApiResponse(
            responseCode = "429",
            description = "throttled: too many runs are open; budget_exceeded: too deep below other runs",
            content = @Content(schema = @Schema(implementation = ProblemDetail.class)))
    ResponseEntity<?> start(
            TenantContext context, Caller caller, @RequestBody RunRequest body, HttpServletRequest request) {
        Claim claim = body.claim(context.tenant(), caller.agent());
        String key =
                body.workflowRunId() == null ? "wr_" + ids.get().toString().replace("-", "") : body.workflowRunId();
        var run = new RunId(context.tenant(), key);
        RunReceipt receipt = commands.ask(
                context.within(claim.workspace(), claim.agent(), run, claim.policyProfile(), claim.quotaClass()),
                new StartRun(run, claim, Envelope.parentRun(context.tenant(), body.parentRunId())));
        Cause reached = receipt.cause();
        if (reached != null) {
            return DecisionProblem.of(
                    RunBook.stateOf(reached),
                    reached,
                    "end_a_run_or_wait",
                    key,
                    request.getRequestURI(),
                    context.requestId(),
                    clock.instant());
        }
        return ResponseEntity.created(URI.create("/v1/runs/" + key))
                .body(row(run, caller.agent()).view());
    }

    /** Ends a run: nothing more may be asked for in it; what is queued still runs. */
    @PostMapping("/{run}:end")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','OPERATOR')")
    RunView end(TenantContext context, Caller caller, @PathVariable String run) {
        var id = new RunId(context.tenant(), run);
        var unused = row(id, caller.agent());
        RunReceipt ended = commands.ask(context, new EndRun(id, caller.agent()));
        return row(ended.run(), caller.agent()).view();
    }

    /** The value that one cap of a run shall have. */
    record NewCap(long value) {}

    /**
     * Changes one cap of a run: {@code run_actions}, {@code run_cost_micros}, {@code run_seconds} or {@code run_depth}. A
     * tenant goes up to what its quota class or the operator grants, the operator above. A run that is paused at the cap
     * goes on from where it stood.
     */
    @PutMapping("/{run}/limits/{limit}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content = @Content(schema = @Schema(implementation = NewCap.class)))
    RunView cap(
            TenantContext context,
            Caller caller,
            @PathVariable String run,
            @PathVariable String limit,
            @RequestBody JsonNode body) {
        var id = new RunId(context.tenant(), run);
        // Before anything is said of the body: to whom the run is not shown, it is not there.
        var unused = row(id, caller.agent());
        RunReceipt capped = commands.ask(context, new CapRun(id, limit, value(body), caller.role() == Role.OPERATOR));
        return row(capped.run(), caller.agent()).view();
    }

    private static long value(JsonNode body) {
        JsonNode value = body.path("value");
        if (!body.isObject() || body.size() != 1 || !value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new InvalidField("/value", "wrong_type", "must be the only field, and a whole number");
        }
        return value.asLong();
    }

    /** @param asOf a moment of the past: a time, or a sequence number of the tenant's journal */
    @GetMapping("/{run}")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    RunView read(
            TenantContext context,
            Caller caller,
            @PathVariable String run,
            @RequestParam(name = "as_of", required = false) @Nullable String asOf) {
        var id = new RunId(context.tenant(), run);
        return asOf == null ? row(id, caller.agent()).view() : past.run(id, caller.agent(), Moment.of(asOf));
    }

    /** Runs, last started first. */
    @GetMapping
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    Page<RunView> list(
            TenantContext context,
            Caller caller,
            @RequestParam(required = false) @Nullable String agent,
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        Position before = Position.of(Cursor.key(cursor));
        int most = Cursor.limit(limit);
        String wanted = state == null ? null : RunState.of(state).word();
        AgentId bound = caller.agent();
        Specification<RunRow> asked = (row, query, sql) -> {
            List<Predicate> all =
                    Lists.equal(row, sql, "tenant", context.tenant().value(), "agent", agent, "state", wanted);
            if (bound != null) {
                all.add(sql.equal(row.get("agent"), bound.key()));
            }
            if (before != null) {
                var startedAt = row.<Instant>get("startedAt");
                all.add(sql.or(
                        sql.lessThan(startedAt, before.startedAt()),
                        sql.and(
                                sql.equal(startedAt, before.startedAt()),
                                sql.lessThan(row.<String>get("run"), before.run()))));
            }
            return sql.and(all);
        };
        List<RunView> found = transactions.in(
                context.tenant(),
                () -> rows.findBy(
                        asked,
                        rowsOf -> rowsOf.sortBy(Sort.by("startedAt", "run").descending()).limit(most + 1).all().stream()
                                .map(RunRow::view)
                                .toList()));
        return Page.of(found, most, last -> last.startedAt() + "/" + last.run());
    }

    /** Where a list of runs goes on. */
    private record Position(Instant startedAt, String run) {

        static @Nullable Position of(String key) {
            if (key.isEmpty()) {
                return null;
            }
            int slash = key.indexOf('/');
            try {
                return new Position(Instant.parse(key.substring(0, Math.max(0, slash))), key.substring(slash + 1));
            } catch (DateTimeParseException notOurs) {
                throw new InvalidField("/cursor", "unknown_cursor", "must be a next_cursor of an earlier page");
            }
        }
    }

    private RunRow row(RunId run, @Nullable AgentId boundTo) {
        return transactions
                .in(
                        run.tenant(),
                        () -> rows.findById(new RunRow.Key(run.tenant().value(), run.key())))
                .filter(row -> boundTo == null || boundTo.key().equals(row.agent()))
                .orElseThrow(() -> new NotFound("run", run.key()));
    }
}
