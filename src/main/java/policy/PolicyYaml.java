package policy;

import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.converter.autoconfigure.ServerHttpMessageConvertersCustomizer;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.AbstractHttpMessageConverter;
import org.springframework.http.converter.HttpMessageConverters.ServerBuilder;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.stereotype.Component;
import tenancy.Caller;
import tenancy.LongWork;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Policy documents as YAML: read as the JSON that says the same, so that both are understood to the same letter, and
 * written so that they are read as the same again. Takes
 * the place of a reader that Spring would put up for all bodies, which understands less strictly.
 */
@Component
class PolicyYaml implements ServerHttpMessageConvertersCustomizer {

    /** As much as a body may have: what YAML says in short it may not say at length. */
    private static final int LARGEST = 1024 * 1024;

    private final JsonMapper json;
    private final JsonMapper told;
    private final YAMLFactory yaml;

    PolicyYaml(JsonMapper json) {
        this.json = json;
        this.told = json.rebuild()
                .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(Include.NON_NULL))
                .build();
        this.yaml = YAMLFactory.builder()
                .streamReadConstraints(json.tokenStreamFactory().streamReadConstraints())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
    }

    @Override
    public void customize(ServerBuilder converters) {
        converters.withYamlConverter(new Converter());
    }

    /** The same document as JSON. Aliases and tags are refused: JSON has none, so they cannot be meant. */
    byte[] asJson(byte[] document) {
        var out = new ByteArrayOutputStream(document.length);
        try (JsonParser parser = yaml.createParser(document);
                JsonGenerator generator = new JsonFactory().createGenerator(out)) {
            int depth = 0;
            boolean ended = false;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (ended || isForeign((YAMLParser) parser) || out.size() > LARGEST) {
                    throw new StreamReadException(
                            parser, "A policy is one document of at most 1 MiB, without aliases or tags");
                }
                generator.copyCurrentEvent(parser);
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                ended = depth == 0;
            }
        }
        return out.toByteArray();
    }

    /** The same document as YAML. Strings are quoted where YAML would take them for anything else. */
    byte[] asYaml(byte[] document) {
        var out = new ByteArrayOutputStream(document.length);
        try (JsonParser parser = new JsonFactory().createParser(document);
                JsonGenerator generator = yaml.createGenerator(out)) {
            while (parser.nextToken() != null) {
                generator.copyCurrentEvent(parser);
            }
        }
        return out.toByteArray();
    }

    private static boolean isForeign(YAMLParser parser) {
        return parser.isCurrentAlias() || parser.getObjectId() != null || parser.getTypeId() != null;
    }

    /** What is written: a body that can be published again. */
    record Told(PolicyDocument document) {}

    private final class Converter extends AbstractHttpMessageConverter<Object> {

        Converter() {
            super(MediaType.APPLICATION_YAML);
        }

        @Override
        protected boolean supports(Class<?> type) {
            return PolicyBody.class.isAssignableFrom(type);
        }

        @Override
        public boolean canWrite(Class<?> type, @Nullable MediaType mediaType) {
            return (type == PublishedPolicy.class || type == DraftView.class)
                    && mediaType != null
                    && canWrite(mediaType);
        }

        @Override
        protected Object readInternal(Class<?> type, HttpInputMessage input) throws IOException {
            byte[] document = input.getBody().readAllBytes();
            Caller caller = Caller.asking();
            try {
                return caller == null
                        ? json.readValue(asJson(document), type)
                        : LongWork.of(caller.tenant(), () -> json.readValue(asJson(document), type));
            } catch (JacksonException unreadable) {
                throw new HttpMessageNotReadableException("not a policy in YAML", unreadable, input);
            }
        }

        @Override
        protected void writeInternal(Object value, HttpOutputMessage output) throws IOException {
            PolicyDocument document =
                    value instanceof PublishedPolicy published ? published.document() : ((DraftView) value).document();
            output.getBody().write(asYaml(told.writeValueAsBytes(new Told(document))));
        }
    }
}
