package platform;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * HTTP clients for benchmarks, in a process of their own. In a closed loop each waits for its answer before it asks again;
 * at a rate, requests are due at even intervals, and their times count from when they were due, also if no client was
 * free then. One thread and one selector serve them all, because the clients share the machine's cores with what they
 * measure.
 *
 * <p>Argument: the port. Reads one order a line from standard input, {@code keys clients seconds path rate}, where
 * {@code keys} is a file of {@code tenant key} lines and a rate of 0 is a closed loop; answers each with one line of
 * {@code name=value} pairs, times in microseconds.
 */
final class HttpLoad {

    private static final int ANSWER_BYTES = 16 * 1024;

    private final int port;
    private final Selector selector;
    private final List<String[]> tenants;
    private final String path;
    private final String name;
    /** Between two requests; 0 if each client asks as soon as it has its answer. */
    private final long interval;

    private final ArrayDeque<Client> idle = new ArrayDeque<>();
    private final Map<Integer, Integer> statuses = new TreeMap<>();
    private int[] latencies = new int[1 << 16];
    private int answered;
    private int open;
    private long due;
    private long end;

    private HttpLoad(int port, Selector selector, List<String[]> tenants, String path, double rate, String name) {
        this.port = port;
        this.selector = selector;
        this.tenants = tenants;
        this.path = path;
        this.interval = rate == 0 ? 0 : (long) (1e9 / rate);
        this.name = name;
    }

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        int cell = 0;
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            String[] words = order.split(" ");
            List<String[]> tenants = Files.readAllLines(Path.of(words[0])).stream()
                    .map(line -> line.split(" "))
                    .toList();
            try (var selector = Selector.open()) {
                String name = ProcessHandle.current().pid() + "-" + cell++;
                System.out.println(new HttpLoad(port, selector, tenants, words[3], Double.parseDouble(words[4]), name)
                        .run(Integer.parseInt(words[1]), Long.parseLong(words[2])));
            }
        }
    }

    private String run(int clients, long seconds) throws IOException {
        long start = System.nanoTime();
        end = start + seconds * 1_000_000_000L;
        due = start;
        for (int client = 0; client < clients; client++) {
            new Client(client, clients).next();
        }
        while (open > 0) {
            selector.select(key -> ((Client) key.attachment()).hear(), untilDue());
            askWhatIsDue();
        }
        double elapsed = (System.nanoTime() - start) / 1e9;
        int[] all = Arrays.copyOf(latencies, answered);
        Arrays.sort(all);
        return "rate=%.0f p50=%d p99=%d worst=%d count=%d statuses=%s"
                .formatted(answered / elapsed, at(all, 0.5), at(all, 0.99), at(all, 1), answered, statuses);
    }

    /** How long nobody asks, in milliseconds; 0 for as long as nobody answers. */
    private long untilDue() {
        return interval == 0 || idle.isEmpty() ? 0 : Math.max(1, (due - System.nanoTime()) / 1_000_000);
    }

    private void askWhatIsDue() throws IOException {
        while (!idle.isEmpty() && due < end && due <= System.nanoTime()) {
            idle.remove().ask(due);
            due += interval;
        }
        while (due >= end && !idle.isEmpty()) {
            idle.remove().close();
        }
    }

    private static int at(int[] sorted, double quantile) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)];
    }

    private void answered(int status, long sent) {
        statuses.merge(status, 1, Integer::sum);
        if (answered == latencies.length) {
            latencies = Arrays.copyOf(latencies, answered * 2);
        }
        latencies[answered++] = (int) ((System.nanoTime() - sent) / 1_000);
    }

    private byte[] request(String[] tenant, String idempotencyKey) {
        String body = """
            {"tenant_id":"%s","workspace_id":"ws_support","agent_id":"support_triage_v4",\
            "workflow_run_id":"wr_bench","policy_profile":"regulated_support","quota_class":"roomy",\
            "requested_action":"ticket.update","target":{"system":"zendesk","record_id":"zd_99102"},\
            "arguments":{"status":"solved"},"data_classes":["internal"]}\
            """.replace("%s", tenant[0]);
        return ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + tenant[1]
                        + "\r\nContent-Type: application/json\r\nIdempotency-Key: \"" + idempotencyKey
                        + "\"\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** One closed-loop client on a connection of its own. */
    private final class Client {

        private final int me;
        private final int clients;
        private final SocketChannel channel;
        private final ByteBuffer answer = ByteBuffer.allocate(ANSWER_BYTES);
        private int asked;
        private long sent;

        Client(int me, int clients) throws IOException {
            this.me = me;
            this.clients = clients;
            this.channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
            open++;
        }

        /** In a closed loop asks again at once, else when the next request is due. */
        void next() throws IOException {
            if (interval > 0) {
                idle.add(this);
            } else if (System.nanoTime() < end) {
                ask(System.nanoTime());
            } else {
                close();
            }
        }

        /** A request is far smaller than an empty socket buffer, so one write takes it whole. */
        private void ask(long since) throws IOException {
            String[] tenant = tenants.get((int) ((me + (long) asked * clients) % tenants.size()));
            var request = ByteBuffer.wrap(request(tenant, name + "-" + me + "-" + asked++));
            sent = since;
            channel.write(request);
            if (request.hasRemaining()) {
                throw new IOException("The socket took only a part of a request.");
            }
        }

        void hear() {
            try {
                if (channel.read(answer) < 0) {
                    throw new IOException("The server closed the connection.");
                }
                if (whole()) {
                    answered(Integer.parseInt(text(9, 12)), sent);
                    answer.clear();
                    next();
                }
            } catch (IOException lost) {
                statuses.merge(-1, 1, Integer::sum);
                close();
            }
        }

        private void close() {
            open--;
            try {
                channel.close();
            } catch (IOException alreadyGone) {
                statuses.merge(-2, 1, Integer::sum);
            }
        }

        /** Whether the answer, with a length or in chunks, has come to its end. */
        private boolean whole() {
            int body = find("\r\n\r\n", 0, answer.position()) + 4;
            if (body < 4) {
                return false;
            }
            int length = find("\r\nContent-Length: ", 0, body);
            if (length >= 0) {
                int from = length + 18;
                return answer.position() - body == Integer.parseInt(text(from, find("\r", from, body)));
            }
            return find("0\r\n\r\n", Math.max(body, answer.position() - 5), answer.position()) >= 0;
        }

        private int find(String wanted, int from, int to) {
            byte[] bytes = answer.array();
            for (int at = from; at + wanted.length() <= to; at++) {
                int same = 0;
                while (same < wanted.length() && bytes[at + same] == wanted.charAt(same)) {
                    same++;
                }
                if (same == wanted.length()) {
                    return at;
                }
            }
            return -1;
        }

        private String text(int from, int to) {
            return new String(answer.array(), from, to - from, StandardCharsets.US_ASCII);
        }
    }
}
