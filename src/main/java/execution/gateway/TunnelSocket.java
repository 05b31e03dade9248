package execution.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A socket that reaches an address through an HTTP proxy's tunnel: once it is connected, it is like any other. */
final class TunnelSocket extends Socket {

    private static final int LONGEST_ANSWER = 8_192;

    private final InetSocketAddress proxy;
    private final @Nullable String user;
    private final @Nullable String password;

    TunnelSocket(InetSocketAddress proxy, @Nullable String user, @Nullable String password) {
        this.proxy = proxy;
        this.user = user;
        this.password = password;
    }

    /** The proxy did not open a tunnel. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String words) {
            super(words);
        }
    }

    @Override
    public void connect(SocketAddress target) throws IOException {
        connect(target, 0);
    }

    @Override
    public void connect(SocketAddress target, int timeout) throws IOException {
        if (!(target instanceof InetSocketAddress address) || address.isUnresolved()) {
            throw new IOException("A tunnel leads to an address that was looked up, not to " + target);
        }
        long deadline = System.nanoTime() + timeout * 1_000_000L;
        super.connect(new InetSocketAddress(proxy.getHostString(), proxy.getPort()), timeout);
        int before = getSoTimeout();
        try {
            getOutputStream().write(request(address).getBytes(StandardCharsets.US_ASCII));
            check(answer(timeout == 0 ? Long.MAX_VALUE : deadline));
            setSoTimeout(before);
        } catch (IOException failed) {
            close();
            throw failed;
        }
    }

    private String request(InetSocketAddress target) {
        String host = target.getAddress().getHostAddress();
        String authority = (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + target.getPort();
        String credential = user == null
                ? ""
                : "Proxy-Authorization: Basic "
                        + Base64.getEncoder()
                                .encodeToString((user + ":" + (password == null ? "" : password))
                                        .getBytes(StandardCharsets.UTF_8))
                        + "\r\n";
        return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n" + credential + "\r\n";
    }

    /** The head of the proxy's answer, and not a byte more: what follows is the target's. */
    private String answer(long deadline) throws IOException {
        InputStream in = getInputStream();
        var head = new StringBuilder();
        while (head.length() < LONGEST_ANSWER) {
            if (deadline != Long.MAX_VALUE) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new SocketTimeoutException("The proxy did not answer in time.");
                }
                setSoTimeout((int) left);
            }
            int next = in.read();
            if (next < 0) {
                throw new Refused("The proxy closed the connection.");
            }
            head.append((char) next);
            if (next == '\n'
                    && (head.toString().endsWith("\r\n\r\n") || head.toString().endsWith("\n\n"))) {
                return head.toString();
            }
        }
        throw new Refused("The proxy's answer is too long.");
    }

    private static void check(String head) throws Refused {
        String[] words = head.split("\\s", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("2\\d\\d")) {
            throw new Refused("The proxy answered " + (words.length < 2 ? "nothing" : words[1]));
        }
    }
}
