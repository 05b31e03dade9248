package platform;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Closed-loop HTTP clients for the benchmark, in a process of their own: each waits for its answer before it asks again.
 * Plain sockets, because the client shares the machine's cores with what it measures.
 *
 * <p>Arguments: port, file of {@code tenant key} lines, clients, seconds, path and query. Prints one line of
 * {@code name=value} pairs; times in microseconds.
 */
final class HttpLoad {

    private HttpLoad() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        List<String[]> tenants = Files.readAllLines(Path.of(args[1])).stream()
                .map(line -> line.split(" "))
                .toList();
        int clients = Integer.parseInt(args[2]);
        long seconds = Long.parseLong(args[3]);
        String path = args[4];

        run(
                port,
                tenants,
                clients,
                Math.min(2, seconds),
                path,
                "warm" + ProcessHandle.current().pid());
        System.out.println(run(
                port,
                tenants,
                clients,
                seconds,
                path,
                "run" + ProcessHandle.current().pid()));
    }

    private static String run(int port, List<String[]> tenants, int clients, long seconds, String path, String name)
            throws InterruptedException {
        var latencies = new ConcurrentLinkedQueue<long[]>();
        var statuses = new TreeMap<Integer, AtomicLong>();
        long start = System.nanoTime();
        long end = start + seconds * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            int me = client;
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    latencies.add(ask(port, tenants, me, clients, end, path, name, statuses));
                } catch (IOException lost) {
                    count(statuses, -1);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double elapsed = (System.nanoTime() - start) / 1e9;
        long[] all = latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return "rate=%.0f p50=%d p99=%d worst=%d count=%d statuses=%s"
                .formatted(
                        all.length / elapsed,
                        at(all, 0.5),
                        at(all, 0.99),
                        all.length == 0 ? 0 : all[all.length - 1],
                        all.length,
                        statuses);
    }

    private static long at(long[] sorted, double quantile) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)];
    }

    private static long[] ask(
            int port,
            List<String[]> tenants,
            int me,
            int clients,
            long end,
            String path,
            String name,
            TreeMap<Integer, AtomicLong> statuses)
            throws IOException {
        long[] times = new long[1024];
        int count = 0;
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            var in = new BufferedInputStream(socket.getInputStream(), 8192);
            for (int n = 0; System.nanoTime() < end; n++) {
                String[] tenant = tenants.get((int) ((me + (long) n * clients) % tenants.size()));
                byte[] request = request(path, tenant[0], tenant[1], name + "-" + me + "-" + n);
                long sent = System.nanoTime();
                out.write(request);
                int status = answer(in);
                if (count == times.length) {
                    times = Arrays.copyOf(times, count * 2);
                }
                times[count++] = (System.nanoTime() - sent) / 1_000;
                count(statuses, status);
            }
        }
        return Arrays.copyOf(times, count);
    }

    private static void count(TreeMap<Integer, AtomicLong> statuses, int status) {
        AtomicLong counter;
        synchronized (statuses) {
            counter = statuses.computeIfAbsent(status, none -> new AtomicLong());
        }
        counter.incrementAndGet();
    }

    private static byte[] request(String path, String tenant, String key, String idempotencyKey) {
        String body = """
            {"tenant_id":"%s","workspace_id":"ws_support","agent_id":"support_triage_v4",\
            "workflow_run_id":"wr_bench","policy_profile":"regulated_support","quota_class":"roomy",\
            "requested_action":"ticket.update","target":{"system":"zendesk","record_id":"zd_99102"},\
            "arguments":{"status":"solved"},"data_classes":["internal"]}\
            """.formatted(tenant);
        return ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                        + "\r\nContent-Type: application/json\r\nIdempotency-Key: \"" + idempotencyKey
                        + "\"\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads one answer, with a length or in chunks, and gives its status. */
    private static int answer(InputStream in) throws IOException {
        int status = Integer.parseInt(line(in).substring(9, 12));
        int length = 0;
        boolean chunked = false;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(header.substring(15).trim());
            } else if (header.regionMatches(true, 0, "transfer-encoding:", 0, 18)) {
                chunked = true;
            }
        }
        if (!chunked) {
            in.skipNBytes(length);
            return status;
        }
        for (int size = Integer.parseInt(line(in), 16); ; size = Integer.parseInt(line(in), 16)) {
            in.skipNBytes(size);
            line(in);
            if (size == 0) {
                return status;
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder(64);
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("The server closed the connection.");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }
}
