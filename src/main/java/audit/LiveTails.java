package audit;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import journal.Journal;
import journal.Journal.Entry;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tenancy.Caller;
import tenancy.Keys;
import tenancy.TenantId;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Open live tails. Each waits on its own virtual thread and reads the journal itself when it is woken, so a slow reader
 * holds back nobody. They are ended before the web server stops, or the shutdown would wait for them.
 */
@Component
class LiveTails implements SmartLifecycle {

    private static final int MOST_PER_TENANT = 20;
    private static final int PAGE = 200;
    /** A token of an issuer elsewhere keeps a stream open no longer than this; clients reconnect by themselves. */
    private static final Duration LONGEST = Duration.ofMinutes(15);
    /** How soon a reader that is gone is noticed. */
    private static final long HEARTBEAT_SECONDS = 10;

    private final Journal journal;
    private final Keys keys;
    private final Clock clock;
    private final ObjectWriter data;
    private final Map<TenantId, Integer> open = new ConcurrentHashMap<>();
    private final Set<Semaphore> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean running;

    LiveTails(Journal journal, Keys keys, Clock clock, JsonMapper json) {
        this.journal = journal;
        this.keys = keys;
        this.clock = clock;
        this.data = json.writerFor(EntryView.class);
    }

    /**
     * Writes entries after {@code start} until the reader goes, its key is revoked, the platform stops, or the longest
     * time has passed.
     */
    void follow(Caller caller, TenantId tenant, Journal.Filter filter, long start, HttpServletResponse response)
            throws IOException {
        if (open.merge(tenant, 1, Integer::sum) > MOST_PER_TENANT) {
            leave(tenant);
            throw new TooManyTails(MOST_PER_TENANT);
        }
        var woken = new Semaphore(0);
        waiting.add(woken);
        try (var subscription = journal.subscribe(tenant, woken::release)) {
            write(caller, tenant, filter, start, response, woken);
        } finally {
            waiting.remove(woken);
            leave(tenant);
        }
    }

    private void write(
            Caller caller,
            TenantId tenant,
            Journal.Filter filter,
            long start,
            HttpServletResponse response,
            Semaphore woken)
            throws IOException {
        response.setContentType("text/event-stream");
        response.setHeader("Cache-Control", "no-store");
        OutputStream out = response.getOutputStream();
        comment(out, "following after " + start);
        Instant end = clock.instant().plus(LONGEST);
        long position = start;
        while (running && clock.instant().isBefore(end) && keys.inForce(caller)) {
            List<Entry> page = journal.read(tenant, filter, position, PAGE);
            for (Entry entry : page) {
                event(out, entry);
                position = entry.sequence();
            }
            out.flush();
            if (page.isEmpty() && !awaken(woken)) {
                comment(out, "still here");
            }
        }
    }

    private static boolean awaken(Semaphore woken) {
        try {
            boolean inTime = woken.tryAcquire(HEARTBEAT_SECONDS, TimeUnit.SECONDS);
            woken.drainPermits();
            return inTime;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void event(OutputStream out, Entry entry) throws IOException {
        out.write("id: %d\nevent: %s\ndata: "
                .formatted(entry.sequence(), entry.type())
                .getBytes(StandardCharsets.UTF_8));
        out.write(data.writeValueAsBytes(EntryView.of(entry)));
        out.write("\n\n".getBytes(StandardCharsets.UTF_8));
    }

    private static void comment(OutputStream out, String words) throws IOException {
        out.write((": " + words + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void leave(TenantId tenant) {
        open.computeIfPresent(tenant, (same, count) -> count > 1 ? count - 1 : null);
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        waiting.forEach(Semaphore::release);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Stopped before the web server, which has a lower phase. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
