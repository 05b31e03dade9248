package audit.replay;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import journal.Journal;
import journal.Journal.Entry;
import journal.Recall;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Cursor;
import tenancy.InvalidField;
import tenancy.NotFound;
import tenancy.Page;
import tenancy.RunId;
import tenancy.TenantContext;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** A run, or a period of a tenant, told again step by step: what was known, decided, done, and what came of it. */
@RestController
class ReplayEndpoint {

    private static final int AT_ONCE = 500;

    private final Journal journal;
    private final Recall recall;
    private final ObjectWriter lines;

    ReplayEndpoint(Journal journal, Recall recall, JsonMapper json) {
        this.journal = journal;
        this.recall = recall;
        this.lines = json.writerFor(Step.class);
    }

    /**
     * A page of a run's steps, in order: fewer than the limit where they are large. Nothing is done again: the journal is
     * read, and nothing else.
     */
    @GetMapping(path = "/v1/runs/{run}/replay", produces = MediaType.APPLICATION_JSON_VALUE)
    @PreAuthorize("hasAnyRole('AUDITOR','OPERATOR')")
    Page<Step> run(
            TenantContext context,
            @PathVariable String run,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        List<Long> left = after(ofRun(context, run), position(cursor));
        List<Step> page = told(recall.entries(context.tenant(), first(left, Cursor.limit(limit))));
        boolean more = !page.isEmpty() && page.getLast().sequence() < left.getLast();
        return Page.of(page, more, step -> Long.toString(step.sequence()));
    }

    /** All of a run's steps, one JSON document a line (NDJSON). */
    @GetMapping(path = "/v1/runs/{run}/replay", produces = MediaType.APPLICATION_NDJSON_VALUE)
    @PreAuthorize("hasAnyRole('AUDITOR','OPERATOR')")
    void runAsLines(TenantContext context, @PathVariable String run, HttpServletResponse response) throws IOException {
        List<Long> left = ofRun(context, run);
        OutputStream out = lines(response);
        while (!left.isEmpty()) {
            List<Entry> some = recall.entries(context.tenant(), first(left, AT_ONCE));
            write(out, some);
            left = some.isEmpty() ? List.of() : after(left, some.getLast().sequence());
        }
    }

    /**
     * All steps of a tenant in a period, in order, one JSON document a line (NDJSON).
     *
     * @param from inclusive, ISO-8601 instant
     * @param until exclusive, ISO-8601 instant
     */
    @GetMapping(path = "/v1/journal:replay", produces = MediaType.APPLICATION_NDJSON_VALUE)
    @PreAuthorize("hasAnyRole('AUDITOR','OPERATOR')")
    void period(
            TenantContext context,
            @RequestParam(required = false) @Nullable Instant from,
            @RequestParam(required = false) @Nullable Instant until,
            HttpServletResponse response)
            throws IOException {
        if (from != null && until != null && !from.isBefore(until)) {
            throw new InvalidField("/until", "range", "must be later than from");
        }
        var filter = new Journal.Filter(null, null, null, null, from, until);
        long last = journal.last(context.tenant());
        OutputStream out = lines(response);
        long position = 0;
        while (position < last) {
            List<Entry> page = journal.read(context.tenant(), filter, position, AT_ONCE);
            write(out, page.stream().filter(entry -> entry.sequence() <= last).toList());
            position = page.isEmpty() ? last : page.getLast().sequence();
        }
    }

    private List<Long> ofRun(TenantContext context, String run) {
        List<Long> found = recall.ofRun(new RunId(context.tenant(), run));
        if (found.isEmpty()) {
            throw new NotFound("run", run);
        }
        return found;
    }

    /** What is higher than this, of numbers in ascending order. */
    private static List<Long> after(List<Long> sequences, long sequence) {
        int at = Collections.binarySearch(sequences, sequence);
        return sequences.subList(at < 0 ? -at - 1 : at + 1, sequences.size());
    }

    private static List<Long> first(List<Long> sequences, int most) {
        return sequences.subList(0, Math.min(sequences.size(), most));
    }

    private static OutputStream lines(HttpServletResponse response) throws IOException {
        response.setContentType(MediaType.APPLICATION_NDJSON_VALUE);
        return response.getOutputStream();
    }

    private void write(OutputStream out, List<Entry> entries) throws IOException {
        for (Step step : told(entries)) {
            out.write(lines.writeValueAsBytes(step));
            out.write('\n');
        }
    }

    private List<Step> told(List<Entry> entries) {
        return entries.stream().map(recall::understood).map(Account::of).toList();
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
