package platform;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import tenancy.Refusal;

/** No body is read further than 1 MiB, whether its length was announced or not. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
class BoundedBodies extends HttpFilter {

    static final long LARGEST = 1024 * 1024;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse answer, FilterChain next)
            throws ServletException, IOException {
        // What has a length is read no further by the web server itself.
        long length = request.getContentLengthLong();
        next.doFilter(0 <= length && length <= LARGEST ? request : new Bounded(request), answer);
    }

    /** The body is larger than any request needs. */
    static final class BodyTooLarge extends Refusal {
        BodyTooLarge() {
            super(Kind.TOO_LARGE, "body_too_large", "The body is larger than %d bytes.".formatted(LARGEST));
        }
    }

    private static final class Bounded extends HttpServletRequestWrapper {

        Bounded(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            if (getContentLengthLong() > LARGEST) {
                throw new BodyTooLarge();
            }
            return new BoundedStream(super.getInputStream());
        }

        @Override
        public BufferedReader getReader() throws IOException {
            return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
        }
    }

    private static final class BoundedStream extends ServletInputStream {

        private final ServletInputStream body;
        private long read;

        BoundedStream(ServletInputStream body) {
            this.body = body;
        }

        @Override
        public int read() throws IOException {
            int next = body.read();
            count(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int bytes = body.read(into, offset, length);
            count(Math.max(bytes, 0));
            return bytes;
        }

        private void count(int bytes) {
            read += bytes;
            if (read > LARGEST) {
                throw new BodyTooLarge();
            }
        }

        @Override
        public boolean isFinished() {
            return body.isFinished();
        }

        @Override
        public boolean isReady() {
            return body.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            body.setReadListener(listener);
        }
    }
}
