package audit.replay;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
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
    /** Of those that are read by their numbers: each may be as large as a request. */
    private static final int OF_RUN_AT_ONCE = 50;

    private final Journal journal;
    private final Recall recall;
    private final ObjectWriter lines;

    ReplayEndpoint(Journal journal, Recall recall, JsonMapper json) {
        this.journal = journal;
        this.recall = recall;
        this.lines = json.writerFor(Step.class);
    }

    /** A page of a run's steps, in order. Nothing is done again: the journal is read, and nothing else. */
    @GetMapping(path = "/v1/runs/{run}/replay", produces = MediaType.APPLICATION_JSON_VALUE)
    @PreAuthorize("hasAnyRole('AUDITOR','OPERATOR')")
    Page<Step> run(
            TenantContext context,
            @PathVariable String run,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        int most = Cursor.limit(limit);
        long after = position(cursor);
        List<Long> wanted = ofRun(context, run).stream()
                .filter(sequence -> sequence > after)
                .limit(most + 1L)
                .toList();
        return Page.of(told(recall.entries(context.tenant(), wanted)), most, step -> Long.toString(step.sequence()));
    }

    /** All of a run's steps, one JSON document a line (NDJSON). */
    @GetMapping(path = "/v1/runs/{run}/replay", produces = MediaType.APPLICATION_NDJSON_VALUE)
    @PreAuthorize("hasAnyRole('AUDITOR','OPERATOR')")
    void runAsLines(TenantContext context, @PathVariable String run, HttpServletResponse response) throws IOException {
        List<Long> wanted = ofRun(context, run);
        OutputStream out = lines(response);
        for (int at = 0; at < wanted.size(); at += OF_RUN_AT_ONCE) {
            int end = Math.min(wanted.size(), at + OF_RUN_AT_ONCE);
            write(out, recall.entries(context.tenant(), wanted.subList(at, end)));
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
