package quota;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;
import org.springframework.http.MediaType;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import quota.QuotaCommand.ReadRunUse;
import quota.QuotaCommand.ReadUse;
import tenancy.Caller;
import tenancy.Csv;
import tenancy.Cursor;
import tenancy.InvalidField;
import tenancy.Moment;
import tenancy.Page;
import tenancy.RunId;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** What a tenant uses: its ledger as the next decision sees it, and what was spent by whom and when. */
@RestController
@RequestMapping("/v1/usage")
class UsageEndpoint {

    private static final int USUAL_DAYS = 31;
    private static final int MOST_DAYS = 366;
    private static final int LINES_AT_ONCE = 1_000;

    private final TenantCommands commands;
    private final SubscribedClasses classes;
    private final PastUse past;
    private final SpentTable spent;
    private final Clock clock;
    private final ObjectWriter json;

    UsageEndpoint(
            TenantCommands commands,
            SubscribedClasses classes,
            PastUse past,
            SpentTable spent,
            Clock clock,
            JsonMapper json) {
        this.commands = commands;
        this.classes = classes;
        this.past = past;
        this.spent = spent;
        this.clock = clock;
        this.json = json.writerFor(SpentTable.Sum.class);
    }

    /**
     * One limit of one scope, at one moment: {@code limit_value = free + reserved + spent}.
     *
     * @param free negative if actions turned out dearer than was reserved for them
     */
    record LimitUse(
            String limit,
            String scope,
            long spent,
            long reserved,
            @Nullable Long limitValue,
            @Nullable Long free,
            @Nullable Instant resetsAt) {

        static LimitUse of(Use.Line line) {
            return new LimitUse(
                    line.limit(),
                    line.scope(),
                    line.spent(),
                    line.reserved(),
                    line.limitValue(),
                    line.limitValue() == null ? null : (Long) (line.limitValue() - line.used()),
                    line.resetsAt());
        }
    }

    /**
     * A tenant's ledger at one moment, and what was spent by whom and when.
     *
     * @param spent sums by what was asked for; absent if nothing was
     * @param nextCursor pass it back as {@code cursor} for the sums that follow
     */
    record UsageView(
            Instant at,
            String timeZone,
            List<LimitUse> limits,
            @Nullable List<SpentTable.Sum> spent,
            @Nullable String nextCursor) {}

    /**
     * What was spent, and how to sum it up.
     *
     * @param by what to sum up by: {@code run}, {@code agent}, {@code workspace}, {@code operation} or {@code day}
     * @param from first day, such as 2026-11-23; 31 days before the last if absent
     * @param to last day; today if absent
     * @param agent what this agent spent
     * @param workspace what this workspace's agents spent
     * @param operation what this operation took, such as {@code zendesk/ticket.update}
     */
    record Summing(
            @Nullable String by,
            @Nullable String from,
            @Nullable String to,
            @Nullable String agent,
            @Nullable String workspace,
            @Nullable String operation) {

        String required() {
            if (by == null) {
                throw new InvalidField("/by", "required", "must be run, agent, workspace, operation or day");
            }
            return by;
        }
    }

    /**
     * Every limit that counts something, as the tenant's next decision sees it; and, if asked for, what was spent. Days are
     * those of the tenant's time zone on which actions were admitted. An agent's credential sees what its agent spent.
     *
     * @param run the caps of this run instead of the tenant's limits
     * @param asOf the limits at a moment of the past: a time, or a sequence number of the tenant's journal
     */
    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    UsageView read(
            TenantContext context,
            Caller caller,
            @RequestParam(required = false) @Nullable String run,
            @RequestParam(name = "as_of", required = false) @Nullable String asOf,
            @ParameterObject Summing summing,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        Page<SpentTable.Sum> spentBy = summing.by() == null ? null : spent(context, caller, summing, limit, cursor);
        Reading reading = asOf == null ? now(context, run) : then(context, run, Moment.of(asOf));
        return new UsageView(
                reading.at(),
                reading.zone().getId(),
                reading.lines().stream().map(LimitUse::of).toList(),
                spentBy == null ? null : spentBy.items(),
                spentBy == null ? null : spentBy.nextCursor());
    }

    /** A ledger at one moment. */
    private record Reading(Instant at, ZoneId zone, List<Use.Line> lines) {}

    private Reading now(TenantContext context, @Nullable String run) {
        String quotaClass = classes.of(context);
        var budget = new BudgetId(context.tenant());
        Instant now = clock.instant();
        Use use = commands.ask(context, new ReadUse(budget, quotaClass, now));
        if (run == null) {
            return new Reading(now, use.zone(), use.lines());
        }
        RunStatement statement =
                commands.ask(context, new ReadRunUse(budget, new RunId(context.tenant(), run).key(), quotaClass, now));
        return new Reading(now, use.zone(), statement.lines());
    }

    private Reading then(TenantContext context, @Nullable String run, Moment moment) {
        PastUse.Then then = past.at(SubscribedClasses.named(context), moment);
        Use use = then.use();
        return new Reading(
                then.at(), use.zone(), run == null ? use.lines() : past.ofRun(then, new RunId(context.tenant(), run)));
    }

    /** What was spent, summed up, as comma-separated values with a line of names first. */
    @GetMapping(produces = Csv.TYPE)
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    void csv(TenantContext context, Caller caller, @ParameterObject Summing summing, HttpServletResponse response)
            throws IOException {
        var by = SpentTable.Grouping.of(summing.required());
        SpentTable.Filter filter = filter(caller, summing);
        response.setContentType(Csv.TYPE + ";charset=UTF-8;header=present");
        OutputStream out = response.getOutputStream();
        out.write(Csv.line(List.of(by.column(), "tool_calls", "high_risk", "tokens", "cost_micros", "storage_bytes")));
        each(
                context.tenant(),
                by,
                filter,
                sum -> out.write(Csv.line(List.of(
                        sum.key(),
                        sum.toolCalls(),
                        sum.highRisk(),
                        sum.tokens(),
                        sum.costMicros(),
                        sum.storageBytes()))));
    }

    /** What was spent, summed up, one JSON document a line. */
    @GetMapping(produces = MediaType.APPLICATION_NDJSON_VALUE)
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    void lines(TenantContext context, Caller caller, @ParameterObject Summing summing, HttpServletResponse response)
            throws IOException {
        var by = SpentTable.Grouping.of(summing.required());
        SpentTable.Filter filter = filter(caller, summing);
        response.setContentType(MediaType.APPLICATION_NDJSON_VALUE);
        OutputStream out = response.getOutputStream();
        each(context.tenant(), by, filter, sum -> {
            out.write(json.writeValueAsBytes(sum));
            out.write('\n');
        });
    }

    private interface Line {
        void write(SpentTable.Sum sum) throws IOException;
    }

    /** A page at a time: whoever reads slowly holds no transaction open. */
    private void each(TenantId tenant, SpentTable.Grouping by, SpentTable.Filter filter, Line line) throws IOException {
        String after = "";
        List<SpentTable.Sum> page;
        do {
            page = spent.sums(tenant, by, filter, after, LINES_AT_ONCE);
            for (SpentTable.Sum sum : page) {
                line.write(sum);
                after = sum.key();
            }
        } while (page.size() == LINES_AT_ONCE);
    }

    private Page<SpentTable.Sum> spent(
            TenantContext context, Caller caller, Summing summing, int limit, @Nullable String cursor) {
        int most = Cursor.limit(limit);
        return Page.of(
                spent.sums(
                        context.tenant(),
                        SpentTable.Grouping.of(summing.required()),
                        filter(caller, summing),
                        Cursor.key(cursor),
                        most + 1),
                most,
                SpentTable.Sum::key);
    }

    /** An agent's credential sees what its agent spent, and nothing else. */
    private SpentTable.Filter filter(Caller caller, Summing summing) {
        String to = summing.to();
        String from = summing.from();
        // A day more than UTC shows: somewhere it is tomorrow already.
        LocalDate last = to == null
                ? LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).plusDays(1)
                : day("/to", to);
        LocalDate first = from == null ? last.minusDays(USUAL_DAYS) : day("/from", from);
        if (ChronoUnit.DAYS.between(first, last) > MOST_DAYS) {
            throw new InvalidField("/from", "range", "must be at most %d days before to".formatted(MOST_DAYS));
        }
        return new SpentTable.Filter(
                first,
                last,
                caller.agent() == null ? summing.agent() : caller.agent().key(),
                summing.workspace(),
                summing.operation());
    }

    private static LocalDate day(String pointer, String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException noDay) {
            throw new InvalidField(pointer, "wrong_value", "must be a day such as 2026-11-23");
        }
    }
}
