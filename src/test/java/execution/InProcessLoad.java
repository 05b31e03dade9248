package execution;

import java.time.Duration;
import java.util.Arrays;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import tenancy.AgentId;
import tenancy.TenantContext;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Closed-loop callers of {@link Actions}, for the benchmark: the same envelopes as over HTTP, without HTTP. */
public final class InProcessLoad {

    private static final JsonNode ARGUMENTS = JsonMapper.shared().readTree("{\"status\":\"solved\"}");

    private final Actions actions;
    private final Duration wait;
    private final String name;

    /** @param name tells this load's idempotency keys from those of others */
    public InProcessLoad(Actions actions, Duration wait, String name) {
        this.actions = actions;
        this.wait = wait;
        this.name = name;
    }

    /** Asks for so long, and gives each call's time in microseconds and how often each state was answered. */
    public Result run(List<String> tenants, int clients, Duration time) throws Exception {
        long start = System.nanoTime();
        long end = start + time.toNanos();
        List<Callable<Result>> callers = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            int me = client;
            callers.add(() -> ask(tenants, me, clients, end));
        }
        List<Result> results = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(callers)) {
                results.add(done.get());
            }
        }
        Map<String, Integer> states = new TreeMap<>();
        results.forEach(result -> result.states().forEach((state, times) -> states.merge(state, times, Integer::sum)));
        int[] micros = results.stream()
                .flatMapToInt(result -> Arrays.stream(result.micros()))
                .sorted()
                .toArray();
        return new Result(micros, states, (System.nanoTime() - start) / 1e9);
    }

    private Result ask(List<String> tenants, int me, int clients, long end) {
        int[] micros = new int[1024];
        int count = 0;
        Map<String, Integer> states = new TreeMap<>();
        for (int n = 0; System.nanoTime() < end; n++) {
            var tenant = new TenantId(tenants.get((int) ((me + (long) n * clients) % tenants.size())));
            long sent = System.nanoTime();
            ActionState state = submit(tenant, name + "-" + me + "-" + n);
            if (count == micros.length) {
                micros = Arrays.copyOf(micros, count * 2);
            }
            micros[count++] = (int) ((System.nanoTime() - sent) / 1_000);
            states.merge(state.word(), 1, Integer::sum);
        }
        return new Result(Arrays.copyOf(micros, count), states, 0);
    }

    private ActionState submit(TenantId tenant, String idempotencyKey) {
        var envelope = new Envelope(
                tenant.value(),
                "ws_support",
                "support_triage_v4",
                "wr_bench",
                "regulated_support",
                "roomy",
                "ticket.update",
                Map.of("system", "zendesk", "record_id", "zd_99102"),
                ARGUMENTS,
                List.of("internal"),
                null,
                null,
                null);
        return actions.submit(
                        TenantContext.of(tenant, "key:bench", "req_bench"),
                        new AgentId(tenant, "support_triage_v4"),
                        envelope,
                        idempotencyKey,
                        wait)
                .answer()
                .state();
    }

    /** @param micros each call's time, ascending */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Result(int[] micros, Map<String, Integer> states, double seconds) {

        @Override
        public String toString() {
            return "rate=%.0f p50=%d p99=%d worst=%d count=%d statuses=%s"
                    .formatted(micros.length / seconds, at(0.5), at(0.99), at(1), micros.length, states);
        }

        private int at(double quantile) {
            return micros.length == 0 ? 0 : micros[(int) Math.min(micros.length - 1, micros.length * quantile)];
        }
    }
}
