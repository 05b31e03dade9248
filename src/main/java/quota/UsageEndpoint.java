package quota;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import quota.QuotaCommand.ReadRunUse;
import quota.QuotaCommand.ReadUse;
import tenancy.Caller;
import tenancy.Cursor;
import tenancy.InvalidField;
import tenancy.Moment;
import tenancy.Page;
import tenancy.RunId;
import tenancy.TenantCommands;
import tenancy.TenantContext;

/** What a tenant uses: its ledger as the next decision sees it, and what was spent by whom and when. */
@RestController
@RequestMapping("/v1/usage")
class UsageEndpoint {

    private static final int USUAL_DAYS = 31;
    private static final int MOST_DAYS = 366;

    private final TenantCommands commands;
    private final SubscribedClasses classes;
    private final PastUse past;
    private final SpentTable spent;
    private final Clock clock;

    UsageEndpoint(TenantCommands commands, SubscribedClasses classes, PastUse past, SpentTable spent, Clock clock) {
        this.commands = commands;
        this.classes = classes;
        this.past = past;
        this.spent = spent;
        this.clock = clock;
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
     * Every limit that counts something, as the tenant's next decision sees it; and, if asked for, what was spent. Days are
     * those of the tenant's time zone on which actions were admitted. An agent's credential sees what its agent spent.
     *
     * @param run the caps of this run instead of the tenant's limits
     * @param asOf the limits at a moment of the past: a time, or a sequence number of the tenant's journal
     * @param by what to sum up by: {@code run}, {@code agent}, {@code workspace}, {@code operation} or {@code day}
     */
    @GetMapping
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    UsageView read(
            TenantContext context,
            Caller caller,
            @RequestParam(required = false) @Nullable String run,
            @RequestParam(name = "as_of", required = false) @Nullable String asOf,
            @RequestParam(required = false) @Nullable String by,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        Page<SpentTable.Sum> spentBy = by == null ? null : spent(context, caller, by, from, to, limit, cursor);
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
                then.at(), use.zone(), run == null ? use.lines() : then.ofRun(new RunId(context.tenant(), run)));
    }

    private Page<SpentTable.Sum> spent(
            TenantContext context,
            Caller caller,
            String by,
            @Nullable String from,
            @Nullable String to,
            int limit,
            @Nullable String cursor) {
        var grouping = SpentTable.Grouping.of(by);
        // A day more than UTC shows: somewhere it is tomorrow already.
        LocalDate last = to == null
                ? LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).plusDays(1)
                : day("/to", to);
        LocalDate first = from == null ? last.minusDays(USUAL_DAYS) : day("/from", from);
        if (ChronoUnit.DAYS.between(first, last) > MOST_DAYS) {
            throw new InvalidField("/from", "range", "must be at most %d days before to".formatted(MOST_DAYS));
        }
        String agent = caller.agent() == null ? null : caller.agent().key();
        int most = Cursor.limit(limit);
        return Page.of(
                spent.sums(context.tenant(), grouping, agent, first, last, Cursor.key(cursor), most + 1),
                most,
                SpentTable.Sum::key);
    }

    private static LocalDate day(String pointer, String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException noDay) {
            throw new InvalidField(pointer, "wrong_value", "must be a day such as 2026-11-23");
        }
    }
}
