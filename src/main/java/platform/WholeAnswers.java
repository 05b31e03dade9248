package platform;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/**
 * Sends a JSON document in one piece and with its length. Whoever writes one flushes it when it is complete, and the web
 * server, which cannot know that it is, would send it as a first chunk and its end in a second packet.
 *
 * <p>Streams, lines of JSON among them, are flushed whenever they ask for it.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
class WholeAnswers extends HttpFilter {

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse answer, FilterChain next)
            throws ServletException, IOException {
        next.doFilter(request, new Whole(answer));
    }

    private static final class Whole extends HttpServletResponseWrapper {

        private @Nullable ServletOutputStream body;

        Whole(HttpServletResponse answer) {
            super(answer);
        }

        private boolean isDocument() {
            String type = getContentType();
            return type != null
                    && (isOf(type, MediaType.APPLICATION_JSON_VALUE)
                            || isOf(type, MediaType.APPLICATION_PROBLEM_JSON_VALUE));
        }

        private static boolean isOf(String type, String wanted) {
            return type.startsWith(wanted) && (type.length() == wanted.length() || type.charAt(wanted.length()) == ';');
        }

        @Override
        public void flushBuffer() throws IOException {
            if (!isDocument()) {
                super.flushBuffer();
            }
        }

        @Override
        public ServletOutputStream getOutputStream() throws IOException {
            if (body == null) {
                body = new Body(super.getOutputStream());
            }
            return body;
        }

        private final class Body extends ServletOutputStream {

            private final ServletOutputStream sent;

            Body(ServletOutputStream sent) {
                this.sent = sent;
            }

            @Override
            public void flush() throws IOException {
                if (!isDocument()) {
                    sent.flush();
                }
            }

            @Override
            public void write(int next) throws IOException {
                sent.write(next);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                sent.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                sent.close();
            }

            @Override
            public boolean isReady() {
                return sent.isReady();
            }

            @Override
            public void setWriteListener(WriteListener listener) {
                sent.setWriteListener(listener);
            }
        }
    }
}
