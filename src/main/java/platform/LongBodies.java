package platform;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.converter.autoconfigure.ServerHttpMessageConvertersCustomizer;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.converter.HttpMessageConverters.ServerBuilder;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.stereotype.Component;
import tenancy.Caller;
import tenancy.LongWork;
import tools.jackson.databind.json.JsonMapper;

/** Long bodies are parsed and written when it is their tenant's turn; sending and receiving them waits where it always does. */
@Component
class LongBodies implements ServerHttpMessageConvertersCustomizer {

    private final JsonMapper json;

    LongBodies(JsonMapper json) {
        this.json = json;
    }

    @Override
    public void customize(ServerBuilder converters) {
        converters.withJsonConverter(new Converter(json));
    }

    private record Received(HttpHeaders headers, byte[] body) implements HttpInputMessage {

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public InputStream getBody() {
            return new ByteArrayInputStream(body);
        }
    }

    private record Written(HttpHeaders headers, OutputStream body) implements HttpOutputMessage {

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public OutputStream getBody() {
            return body;
        }
    }

    private static final class Converter extends JacksonJsonHttpMessageConverter {

        Converter(JsonMapper json) {
            super(json);
        }

        @Override
        public Object read(ResolvableType type, HttpInputMessage input, @Nullable Map<String, Object> hints)
                throws IOException {
            long length = input.getHeaders().getContentLength();
            Caller caller = length < 0 || LongWork.isOver(length) ? Caller.asking() : null;
            if (caller == null) {
                return super.read(type, input, hints);
            }
            var received = new Received(input.getHeaders(), input.getBody().readAllBytes());
            return LongWork.of(caller.tenant(), () -> {
                try {
                    return super.read(type, received, hints);
                } catch (IOException impossible) {
                    throw new UncheckedIOException(impossible);
                }
            });
        }

        @Override
        protected void writeInternal(
                Object value, ResolvableType type, HttpOutputMessage output, @Nullable Map<String, Object> hints)
                throws IOException {
            Caller caller = Caller.asking();
            if (caller == null) {
                super.writeInternal(value, type, output, hints);
                return;
            }
            HttpHeaders headers = output.getHeaders();
            byte[] body = LongWork.written(
                    caller.tenant(), out -> super.writeInternal(value, type, new Written(headers, out), hints));
            headers.setContentLength(body.length);
            output.getBody().write(body);
        }
    }
}
