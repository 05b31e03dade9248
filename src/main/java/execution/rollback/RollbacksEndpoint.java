package execution.rollback;

import execution.rollback.RollbackCommand.PlanRollback;
import execution.rollback.RollbackCommand.ReadRollback;
import execution.rollback.RollbackCommand.StartRollback;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Conflict;
import tenancy.Cursor;
import tenancy.InvalidField;
import tenancy.NotFound;
import tenancy.Page;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantTransactions;

/** Plans to undo, over HTTP: made, read, and executed by whoever has seen them. */
@RestController
@RequestMapping("/v1/rollbacks")
class RollbacksEndpoint {

    private static final int MOST_UNDER_WAY = 5;
    private static final String LIST = """
        select rollback, state, planned_at, planned_by from execution.rollback
        where tenant_id = ? and (? = '' or rollback < ?) order by rollback desc limit ?\
        """;
    private static final String UNDER_WAY =
            "select count(*) from execution.rollback where tenant_id = ? and state = 'running'";

    private final TenantCommands commands;
    private final PastEffects effects;
    private final Undoing undoing;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;
    private final Supplier<UUID> ids;
    private final Clock clock;

    RollbacksEndpoint(
            TenantCommands commands,
            PastEffects effects,
            Undoing undoing,
            TenantTransactions transactions,
            JdbcTemplate database,
            Supplier<UUID> ids,
            Clock clock) {
        this.commands = commands;
        this.effects = effects;
        this.undoing = undoing;
        this.transactions = transactions;
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * @param digest of the plan that was seen
     * @param includeConflicts whether records that something else touched later are undone too; not if left out
     */
    record Execute(String digest, @Nullable Boolean includeConflicts) {}

    record Summary(@JsonProperty("rollback_id") String rollback, String state, Instant plannedAt, String plannedBy) {}

    /** Computes a plan from the journal; nothing is undone. */
    @PostMapping
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<RollbackView> plan(TenantContext context, @RequestBody RollbackScope scope) {
        RollbackScope checked = scope.checked();
        var id = new RollbackId(context.tenant(), "rb_" + ids.get().toString().replace("-", ""));
        RollbackView plan = commands.ask(
                context, new PlanRollback(id, checked, effects.read(context.tenant(), checked), clock.instant()));
        return ResponseEntity.created(URI.create("/v1/rollbacks/" + id.key())).body(plan);
    }

    @GetMapping("/{rollback}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','OPERATOR')")
    RollbackView read(TenantContext context, @PathVariable String rollback) {
        return commands.ask(context, new ReadRollback(known(context, rollback)));
    }

    /** Plans, newest first. */
    @GetMapping
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','OPERATOR')")
    Page<Summary> list(
            TenantContext context,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        int most = Cursor.limit(limit);
        String before = Cursor.key(cursor);
        List<Summary> found = transactions.in(
                context.tenant(),
                () -> database.query(
                        LIST,
                        (row, number) -> new Summary(
                                row.getString("rollback"),
                                row.getString("state"),
                                row.getTimestamp("planned_at").toInstant(),
                                row.getString("planned_by")),
                        context.tenant().value(),
                        before,
                        before,
                        most + 1));
        return Page.of(found, most, Summary::rollback);
    }

    /** Begins to undo, effect after effect, last first. What came of each is in the plan from then on. */
    @PostMapping("/{rollback}:execute")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    @ResponseStatus(HttpStatus.ACCEPTED)
    RollbackView execute(TenantContext context, @PathVariable String rollback, @RequestBody Execute wanted) {
        RollbackId id = known(context, rollback);
        if (wanted.digest() == null) {
            throw new InvalidField("/digest", "required", "is required: it says which plan was seen");
        }
        Long underWay = transactions.in(
                context.tenant(),
                () -> database.queryForObject(
                        UNDER_WAY, Long.class, context.tenant().value()));
        if (underWay != null && underWay >= MOST_UNDER_WAY) {
            throw new Conflict(
                    "too_many_rollbacks",
                    "A tenant has at most %d plans executed at a time. Wait for one to end.".formatted(MOST_UNDER_WAY));
        }
        RollbackScope scope = asked(context, id).scope();
        RollbackView started = commands.ask(
                context,
                new StartRollback(
                        id,
                        wanted.digest(),
                        Boolean.TRUE.equals(wanted.includeConflicts()),
                        effects.read(context.tenant(), scope),
                        clock.instant()));
        undoing.goOn(id);
        return started;
    }

    private RollbackView asked(TenantContext context, RollbackId id) {
        return commands.ask(context, new ReadRollback(id));
    }

    /** A load of a plan that is not there is logged by Axon as a fault of ours: it is looked for first. */
    private RollbackId known(TenantContext context, String rollback) {
        var id = new RollbackId(context.tenant(), rollback);
        Long there = transactions.in(
                context.tenant(),
                () -> database.queryForObject(
                        "select count(*) from execution.rollback where tenant_id = ? and rollback = ?",
                        Long.class,
                        context.tenant().value(),
                        rollback));
        if (there == null || there == 0) {
            throw new NotFound("rollback", rollback);
        }
        return id;
    }
}
