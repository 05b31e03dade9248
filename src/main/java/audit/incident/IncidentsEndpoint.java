package audit.incident;

import audit.incident.IncidentCommand.CloseIncident;
import audit.incident.IncidentCommand.FindIncident;
import audit.incident.IncidentCommand.NoteIncident;
import audit.incident.IncidentCommand.OpenIncident;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tenancy.ContainmentScope;
import tenancy.Caller;
import tenancy.Cursor;
import tenancy.Fields;
import tenancy.InvalidField;
import tenancy.Page;
import tenancy.Role;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantTransactions;

/** A tenant's incidents over HTTP. */
@RestController
@RequestMapping("/v1/incidents")
class IncidentsEndpoint {

    private static final int LONGEST_NOTE = 2_000;
    private static final String MARKDOWN = "text/markdown";
    private static final String LIST = """
        select incident, title, severity, scope_kind, scope_key, begins_at, ends_at, opened_at, opened_by, closed_at
        from audit.incident
        where tenant_id = ? and (? = '' or incident < ?) and (?::boolean is null or (closed_at is null) = ?)
        order by incident desc limit ?\
        """;

    private final TenantCommands commands;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;
    private final Reports reports;
    private final Supplier<UUID> ids;
    private final Clock clock;

    IncidentsEndpoint(
            TenantCommands commands,
            TenantTransactions transactions,
            JdbcTemplate database,
            Reports reports,
            Supplier<UUID> ids,
            Clock clock) {
        this.commands = commands;
        this.transactions = transactions;
        this.database = database;
        this.reports = reports;
        this.ids = ids;
        this.clock = clock;
    }

    /** @param key may be left out for the whole tenant */
    record NewScope(ContainmentScope.Kind kind, @Nullable String key) {}

    /**
     * @param from when it began; at most 31 days ago
     * @param until when it was over, exclusive; left out while it goes on
     */
    record NewIncident(
            String title,
            Severity severity,
            NewScope scope,
            Instant from,
            @Nullable Instant until,
            @Nullable String note) {}

    record NewNote(String note) {}

    record Closing(String summary) {}

    /** Opens an incident: from here on it has a report. */
    @PostMapping
    @PreAuthorize("hasRole('TENANT_ADMIN')")
    ResponseEntity<IncidentView> open(TenantContext context, @RequestBody NewIncident wanted) {
        Instant now = clock.instant();
        checkPeriod(wanted.from(), wanted.until(), now);
        var incident =
                new IncidentId(context.tenant(), "inc_" + ids.get().toString().replace("-", ""));
        Object unused = commands.ask(
                context,
                new OpenIncident(
                        incident,
                        Fields.text("title", wanted.title()),
                        wanted.severity(),
                        ContainmentScope.of(
                                context.tenant(),
                                wanted.scope().kind(),
                                wanted.scope().key(),
                                "scope/key"),
                        wanted.from(),
                        wanted.until(),
                        wanted.note() == null ? null : words("note", wanted.note()),
                        context.principal(),
                        now));
        return ResponseEntity.created(URI.create("/v1/incidents/" + incident.key()))
                .body(find(context, incident.key()));
    }

    /**
     * Incidents, newest first.
     *
     * @param open true for those that go on, false for those that are closed
     */
    @GetMapping
    @PreAuthorize("hasRole('AUDITOR')")
    Page<IncidentSummary> list(
            TenantContext context,
            @RequestParam(required = false) @Nullable Boolean open,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        String before = Cursor.key(cursor);
        int most = Cursor.limit(limit);
        List<IncidentSummary> found = transactions.in(
                context.tenant(),
                () -> database.query(
                        LIST,
                        (row, number) -> summary(row),
                        context.tenant().value(),
                        before,
                        before,
                        open,
                        open,
                        most + 1));
        return Page.of(found, most, IncidentSummary::incidentId);
    }

    @GetMapping("/{incident}")
    @PreAuthorize("hasRole('AUDITOR')")
    IncidentView read(TenantContext context, @PathVariable String incident) {
        return find(context, incident);
    }

    @PostMapping("/{incident}/notes")
    @PreAuthorize("hasRole('TENANT_ADMIN')")
    IncidentView note(TenantContext context, @PathVariable String incident, @RequestBody NewNote wanted) {
        return commands.ask(
                context,
                new NoteIncident(
                        new IncidentId(context.tenant(), incident),
                        words("note", wanted.note()),
                        context.principal(),
                        clock.instant()));
    }

    /** Closes it. Its period ends now, if no end was given. */
    @PostMapping("/{incident}:close")
    @PreAuthorize("hasRole('TENANT_ADMIN')")
    IncidentView close(TenantContext context, @PathVariable String incident, @RequestBody Closing wanted) {
        return commands.ask(
                context,
                new CloseIncident(
                        new IncidentId(context.tenant(), incident),
                        words("summary", wanted.summary()),
                        context.principal(),
                        clock.instant()));
    }

    /** What the journal says of it, as of this moment. */
    @GetMapping(path = "/{incident}/report", produces = MediaType.APPLICATION_JSON_VALUE)
    @PreAuthorize("hasRole('AUDITOR')")
    Report report(TenantContext context, Caller caller, @PathVariable String incident) {
        return reports.of(context.tenant(), find(context, incident), caller.role() == Role.OPERATOR);
    }

    /** The same in Markdown. */
    @GetMapping(path = "/{incident}/report", produces = MARKDOWN)
    @PreAuthorize("hasRole('AUDITOR')")
    String markdown(TenantContext context, Caller caller, @PathVariable String incident) {
        return MarkdownReport.of(report(context, caller, incident));
    }

    private IncidentView find(TenantContext context, String incident) {
        return commands.ask(context, new FindIncident(new IncidentId(context.tenant(), incident)));
    }

    private static void checkPeriod(Instant from, @Nullable Instant until, Instant now) {
        if (from.isAfter(now) || from.isBefore(now.minus(Period.LONGEST))) {
            throw new InvalidField("/from", "range", "must be in the last 31 days");
        }
        if (until != null && (!until.isAfter(from) || until.isAfter(from.plus(Period.LONGEST)))) {
            throw new InvalidField("/until", "range", "must be later than from, by at most 31 days");
        }
    }

    /** Words for people, several lines of them. */
    private static String words(String field, String value) {
        if (value.isBlank()
                || value.length() > LONGEST_NOTE
                || value.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t')) {
            throw new InvalidField(
                    "/" + field,
                    "text",
                    "must be 1 to %d characters, without control characters but line breaks".formatted(LONGEST_NOTE));
        }
        return value;
    }

    private static IncidentSummary summary(ResultSet row) throws SQLException {
        return new IncidentSummary(
                row.getString("incident"),
                row.getString("title"),
                row.getString("severity"),
                new IncidentSummary.Scope(row.getString("scope_kind"), row.getString("scope_key")),
                row.getTimestamp("closed_at") == null ? "open" : "closed",
                row.getTimestamp("begins_at").toInstant(),
                instant(row.getTimestamp("ends_at")),
                row.getTimestamp("opened_at").toInstant(),
                row.getString("opened_by"),
                instant(row.getTimestamp("closed_at")));
    }

    private static @Nullable Instant instant(@Nullable Timestamp time) {
        return time == null ? null : time.toInstant();
    }
}
