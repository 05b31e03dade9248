package execution.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A tool that can be well, and dead in every way that a network lets one be; it counts what reaches it. */
final class DyingTool implements AutoCloseable {

    private static final Pattern LENGTH = Pattern.compile("(?m)^content-length: *(\\d+)");
    private static final Pattern KEY = Pattern.compile("(?im)^idempotency-key: *(\\S+)");

    /** How it answers. */
    enum Way {
        WELL,
        /** A good request is answered with 500. */
        FAILING,
        /** The connection is reset once the request is there. */
        RESETTING,
        /** Nothing is ever answered. */
        SILENT,
        /** A 200 whose body trickles and never ends. */
        TRICKLING
    }

    /** One request, as it arrived. */
    record Seen(String method, String path, String key) {}

    final List<Seen> seen = new CopyOnWriteArrayList<>();
    /** In turn, request by request. */
    volatile List<Way> ways = List.of(Way.WELL);

    private final AtomicInteger turn = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ServerSocket listener;

    DyingTool() throws IOException {
        listener = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::listen);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    private void listen() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException over) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            while (answered(socket)) {
                // one request after another
            }
        } catch (IOException | InterruptedException gone) {
            // whoever asked has hung up
        }
    }

    private boolean answered(Socket socket) throws IOException, InterruptedException {
        String head = head(socket.getInputStream());
        if (head.isEmpty()) {
            return false;
        }
        Matcher length = LENGTH.matcher(head.toLowerCase(Locale.ROOT));
        if (length.find()) {
            socket.getInputStream().readNBytes(Integer.parseInt(length.group(1)));
        }
        String[] line = head.split(" ", 3);
        Matcher key = KEY.matcher(head);
        seen.add(new Seen(line[0], line[1], key.find() ? key.group(1) : ""));
        List<Way> all = ways;
        switch (all.get(turn.getAndIncrement() % all.size())) {
            case WELL ->
                send(socket, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
            case FAILING ->
                send(socket, "HTTP/1.1 500 Oops\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
            case RESETTING -> {
                socket.setSoLinger(true, 0);
                return false;
            }
            case SILENT -> {
                closed.await();
                return false;
            }
            case TRICKLING -> {
                send(socket, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n");
                while (!closed.await(20, TimeUnit.MILLISECONDS)) {
                    send(socket, " ");
                }
                return false;
            }
        }
        return true;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Up to the empty line; empty if the connection is over. */
    private static String head(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        try {
            for (int read = in.read(); read >= 0; read = in.read()) {
                head.write(read);
                if (read == '\n' && head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
                    return head.toString(StandardCharsets.US_ASCII);
                }
            }
        } catch (SocketException reset) {
            return "";
        }
        return "";
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listener.close();
    }
}
