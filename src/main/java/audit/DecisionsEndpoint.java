package audit;

import audit.DecisionTable.Count;
import audit.DecisionTable.Decision;
import audit.DecisionTable.Filter;
import audit.DecisionTable.Grouping;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;
import org.springframework.http.MediaType;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Csv;
import tenancy.Cursor;
import tenancy.InvalidField;
import tenancy.Page;
import tenancy.TenantContext;
import tenancy.TenantId;
import tools.jackson.databind.json.JsonMapper;

/** What was decided, one by one or counted, for those who look for what it has in common. */
@RestController
@RequestMapping("/v1/decisions")
class DecisionsEndpoint {

    private static final Duration USUAL = Duration.ofDays(31);
    private static final Duration LONGEST = Duration.ofDays(366);
    private static final int MOST_GROUPINGS = 3;
    private static final int MOST_COUNTS = 10_000;
    private static final int LINES_AT_ONCE = 1_000;
    private static final List<String> COLUMNS = List.of(
            "sequence",
            "decided_at",
            "action_id",
            "run_id",
            "agent_id",
            "state",
            "operation",
            "effect",
            "policy_version",
            "layer",
            "rule",
            "cause_owner",
            "cause_kind",
            "cause_limit");

    private final DecisionTable decisions;
    private final JsonMapper json;
    private final Clock clock;

    DecisionsEndpoint(DecisionTable decisions, JsonMapper json, Clock clock) {
        this.decisions = decisions;
        this.json = json;
        this.clock = clock;
    }

    /**
     * Which decisions, and how to count them.
     *
     * @param by up to three of agent, run, operation, system, day (UTC), state, rule, layer, policy_version and limit, with
     *     commas; each decision by itself if absent
     * @param from inclusive, ISO-8601 instant; 31 days before until if absent
     * @param until exclusive, ISO-8601 instant; now if absent
     * @param operation such as {@code zendesk/ticket.update}
     * @param state what was decided: queued, approval_required, denied, throttled or budget_exceeded
     * @param rule the first rule that spoke
     */
    record Question(
            @Nullable String by,
            @Nullable Instant from,
            @Nullable Instant until,
            @Nullable String agent,
            @Nullable String run,
            @Nullable String operation,
            @Nullable String state,
            @Nullable String rule) {

        List<Grouping> groupings() {
            if (by == null) {
                return List.of();
            }
            List<Grouping> groupings = Arrays.stream(by.split(",", -1))
                    .map(Grouping::of)
                    .distinct()
                    .toList();
            if (groupings.size() > MOST_GROUPINGS) {
                throw new InvalidField("/by", "size", "must name at most " + MOST_GROUPINGS);
            }
            return groupings;
        }

        Filter filter(Instant now) {
            Instant end = until == null ? now : until;
            Instant start = from == null ? end.minus(USUAL) : from;
            if (!start.isBefore(end)) {
                throw new InvalidField("/until", "range", "must be later than from");
            }
            if (Duration.between(start, end).compareTo(LONGEST) > 0) {
                throw new InvalidField(
                        "/from", "range", "must be at most %d days before until".formatted(LONGEST.toDays()));
            }
            return new Filter(start, end, agent, run, operation, state, rule);
        }
    }

    /**
     * Decisions, or how many there are.
     *
     * @param counts by what was asked for; absent if nothing was
     * @param items one by one; absent where they are counted
     * @param nextCursor pass it back as {@code cursor} for what follows
     */
    record DecisionsView(
            Instant from,
            Instant until,
            @Nullable List<Map<String, Object>> counts,
            @Nullable List<Decision> items,
            @Nullable String nextCursor) {}

    /** Decisions in the order of the journal, or counted by what they have in common. */
    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    DecisionsView read(
            TenantContext context,
            @ParameterObject Question question,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        List<Grouping> by = question.groupings();
        Filter filter = question.filter(clock.instant());
        if (!by.isEmpty()) {
            List<Map<String, Object>> counts = counts(context.tenant(), filter, by).stream()
                    .map(count -> shown(by, count))
                    .toList();
            return new DecisionsView(filter.from(), filter.until(), counts, null, null);
        }
        int most = Cursor.limit(limit);
        var page = Page.of(
                decisions.after(context.tenant(), filter, position(cursor), most + 1),
                most,
                decision -> Long.toString(decision.sequence()));
        return new DecisionsView(filter.from(), filter.until(), null, page.items(), page.nextCursor());
    }

    /** All of them as comma-separated values, with a line of names first. */
    @GetMapping(produces = Csv.TYPE)
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    void csv(TenantContext context, @ParameterObject Question question, HttpServletResponse response)
            throws IOException {
        List<Grouping> by = question.groupings();
        Filter filter = question.filter(clock.instant());
        List<Count> counts = by.isEmpty() ? List.of() : counts(context.tenant(), filter, by);
        response.setContentType(Csv.TYPE + ";charset=UTF-8;header=present");
        OutputStream out = response.getOutputStream();
        if (by.isEmpty()) {
            out.write(Csv.line(COLUMNS));
            each(context.tenant(), filter, decision -> out.write(Csv.line(values(decision))));
            return;
        }
        List<String> names = new ArrayList<>(by.stream().map(Grouping::word).toList());
        names.addAll(List.of("decisions", "first", "last"));
        out.write(Csv.line(names));
        for (Count count : counts) {
            List<Object> values = new ArrayList<>(count.key());
            values.addAll(List.of(count.decisions(), count.first(), count.last()));
            out.write(Csv.line(values));
        }
    }

    /** All of them, one JSON document a line. */
    @GetMapping(produces = MediaType.APPLICATION_NDJSON_VALUE)
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    void lines(TenantContext context, @ParameterObject Question question, HttpServletResponse response)
            throws IOException {
        List<Grouping> by = question.groupings();
        Filter filter = question.filter(clock.instant());
        List<Count> counts = by.isEmpty() ? List.of() : counts(context.tenant(), filter, by);
        response.setContentType(MediaType.APPLICATION_NDJSON_VALUE);
        OutputStream out = response.getOutputStream();
        if (by.isEmpty()) {
            each(context.tenant(), filter, decision -> line(out, decision));
            return;
        }
        for (Count count : counts) {
            line(out, shown(by, count));
        }
    }

    private void line(OutputStream out, Object value) throws IOException {
        out.write(json.writeValueAsBytes(value));
        out.write('\n');
    }

    private interface Line {
        void write(Decision decision) throws IOException;
    }

    /** A page at a time: whoever reads slowly holds no transaction open. */
    private void each(TenantId tenant, Filter filter, Line line) throws IOException {
        long after = 0;
        List<Decision> page;
        do {
            page = decisions.after(tenant, filter, after, LINES_AT_ONCE);
            for (Decision decision : page) {
                line.write(decision);
                after = decision.sequence();
            }
        } while (page.size() == LINES_AT_ONCE);
    }

    private List<Count> counts(TenantId tenant, Filter filter, List<Grouping> by) {
        List<Count> counts = decisions.counts(tenant, filter, by, MOST_COUNTS + 1);
        if (counts.size() > MOST_COUNTS) {
            throw new InvalidField(
                    "/by", "size", "makes more than %d counts: narrow what is counted".formatted(MOST_COUNTS));
        }
        return counts;
    }

    private static Map<String, Object> shown(List<Grouping> by, Count count) {
        Map<String, Object> shown = new LinkedHashMap<>();
        for (int i = 0; i < by.size(); i++) {
            shown.put(by.get(i).word(), count.key().get(i));
        }
        shown.put("decisions", count.decisions());
        shown.put("first", count.first());
        shown.put("last", count.last());
        return shown;
    }

    private static List<@Nullable Object> values(Decision decision) {
        return Arrays.asList(
                decision.sequence(),
                decision.decidedAt(),
                decision.actionId(),
                decision.runId(),
                decision.agentId(),
                decision.state(),
                decision.operation(),
                decision.effect(),
                decision.policyVersion(),
                decision.layer(),
                decision.rule(),
                decision.causeOwner(),
                decision.causeKind(),
                decision.causeLimit());
    }

    private static long position(@Nullable String cursor) {
        String key = Cursor.key(cursor);
        try {
            return key.isEmpty() ? 0 : Long.parseLong(key);
        } catch (NumberFormatException notASequence) {
            throw new InvalidField("/cursor", "unknown_cursor", "must be a next_cursor of an earlier page");
        }
    }
}
