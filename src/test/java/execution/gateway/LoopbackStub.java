package execution.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A target that answers at once and looks at nothing, for benchmarks: what is measured beside it is ours. */
public final class LoopbackStub implements AutoCloseable {

    public static final String ARGUMENTS = "{\"status\":\"solved\"}";

    private static final byte[] ANSWER = """
        HTTP/1.1 200 OK\r
        Content-Type: application/json\r
        Content-Length: 31\r
        \r
        {"id":"zd_1","status":"solved"}\
        """.getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket listener;

    public LoopbackStub() throws IOException {
        listener = new ServerSocket(0, 200, InetAddress.getByName("127.0.0.1"));
        Thread.ofVirtual().start(this::serve);
    }

    public String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** One call over a connection of its own, which stays open, without anything of ours. */
    public interface Direct {
        void call() throws IOException;
    }

    public Direct direct() throws IOException {
        Socket socket = new Socket("127.0.0.1", listener.getLocalPort());
        socket.setTcpNoDelay(true);
        OutputStream out = socket.getOutputStream();
        InputStream in = socket.getInputStream();
        byte[] request = ("PATCH /tickets/zd_99102 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 19\r\n"
                        + "Content-Type: application/json\r\n\r\n" + ARGUMENTS)
                .getBytes(StandardCharsets.US_ASCII);
        return () -> {
            out.write(request);
            in.readNBytes(ANSWER.length);
        };
    }

    private void serve() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> answer(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** Every request ends with the same body. */
    private static void answer(Socket socket) {
        byte[] buffer = new byte[4096];
        byte[] end = "\"solved\"}".getBytes(StandardCharsets.US_ASCII);
        try (socket) {
            int filled = 0;
            while (true) {
                int read = socket.getInputStream().read(buffer, filled, buffer.length - filled);
                if (read < 0) {
                    return;
                }
                filled += read;
                if (filled >= end.length && Arrays.equals(buffer, filled - end.length, filled, end, 0, end.length)) {
                    socket.getOutputStream().write(ANSWER);
                    filled = 0;
                }
            }
        } catch (IOException gone) {
            // the client hung up
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
