package audit;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import audit.proof.Bundles;
import journal.Journal;
import journal.Journal.Entry;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Caller;
import tenancy.Cursor;
import tenancy.InvalidField;
import tenancy.Page;
import tenancy.TenantContext;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** A tenant's journal over HTTP: a page at a time, exported whole, or followed live. */
@RestController
class JournalEndpoint {

    private static final int EXPORT_PAGE = 1_000;

    private final Journal journal;
    private final LiveTails tails;
    private final Bundles bundles;
    private final ObjectWriter lines;

    JournalEndpoint(Journal journal, LiveTails tails, Bundles bundles, JsonMapper json) {
        this.journal = journal;
        this.tails = tails;
        this.bundles = bundles;
        this.lines = json.writerFor(EntryView.class);
    }

    /** Lists entries in commit order. */
    @GetMapping("/v1/journal")
    @PreAuthorize("hasRole('AUDITOR')")
    Page<EntryView> read(
            TenantContext context,
            @ParameterObject JournalFilter filter,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        Journal.Filter checked = filter.checked(context);
        List<Entry> found = journal.read(context.tenant(), checked, position(cursor), Cursor.limit(limit));
        boolean more = !found.isEmpty()
                && !journal.read(context.tenant(), checked, found.getLast().sequence(), 1)
                        .isEmpty();
        return Page.of(found.stream().map(EntryView::of).toList(), more, entry -> Long.toString(entry.sequence()));
    }

    /**
     * Writes all entries that exist when the request arrives, one JSON document a line (NDJSON).
     *
     * @param proofs whether with all that is needed to verify them offline; only for the whole journal, without filters
     */
    @GetMapping("/v1/journal:export")
    @PreAuthorize("hasRole('AUDITOR')")
    void export(
            TenantContext context,
            @ParameterObject JournalFilter filter,
            @RequestParam(defaultValue = "false") boolean proofs,
            HttpServletResponse response)
            throws IOException {
        Journal.Filter checked = filter.checked(context);
        if (proofs) {
            if (!checked.equals(Journal.Filter.ALL)) {
                throw new InvalidField("/proofs", "whole_journal", "must be left out where there is a filter");
            }
            response.setContentType("application/x-ndjson");
            bundles.write(context.tenant(), response.getOutputStream());
            return;
        }
        long last = journal.last(context.tenant());
        response.setContentType("application/x-ndjson");
        OutputStream out = response.getOutputStream();
        long position = 0;
        while (position < last) {
            List<Entry> page = journal.read(context.tenant(), checked, position, EXPORT_PAGE);
            for (Entry entry : page) {
                if (entry.sequence() > last) {
                    return;
                }
                out.write(lines.writeValueAsBytes(EntryView.of(entry)));
                out.write('\n');
            }
            position = page.isEmpty() ? last : page.getLast().sequence();
        }
    }

    /**
     * Follows the journal as server-sent events; {@code id} is the sequence, so a client that reconnects with
     * {@code Last-Event-ID} misses nothing. Starts at the end unless {@code after} says otherwise.
     */
    @GetMapping("/v1/journal:tail")
    @PreAuthorize("hasRole('AUDITOR')")
    void tail(
            TenantContext context,
            Caller caller,
            @ParameterObject JournalFilter filter,
            @RequestParam(required = false) @Nullable Long after,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable Long lastEventId,
            HttpServletResponse response)
            throws IOException {
        long start = lastEventId != null ? lastEventId : after != null ? after : journal.last(context.tenant());
        if (start < 0) {
            throw new InvalidField("/after", "range", "must be 0 or a sequence of the journal");
        }
        tails.follow(caller, context.tenant(), filter.checked(context), start, response);
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
