package execution.imports;

import execution.gateway.Drafts;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;
import tools.jackson.databind.JsonNode;

/** A document that came as text: JSON, or the YAML that says the same. Aliases and tags are refused: they multiply. */
final class ImportedText {

    private static final int LARGEST = 1024 * 1024;
    private static final int DEEPEST = 64;

    private static final YAMLFactory YAML = YAMLFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private ImportedText() {}

    /** @throws InvalidImport with this pointer if it is neither */
    static JsonNode read(String text, String pointer) {
        return Drafts.json(text.stripLeading().startsWith("{") ? text : json(text, pointer), pointer);
    }

    private static String json(String yaml, String pointer) {
        var out = new java.io.ByteArrayOutputStream(yaml.length());
        try (JsonParser parser = YAML.createParser(yaml);
                JsonGenerator generator = new JsonFactory().createGenerator(out)) {
            int depth = 0;
            boolean ended = false;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                YAMLParser foreign = (YAMLParser) parser;
                if (ended
                        || out.size() > LARGEST
                        || foreign.isCurrentAlias()
                        || parser.getObjectId() != null
                        || parser.getTypeId() != null) {
                    throw notOne(pointer);
                }
                generator.copyCurrentEvent(parser);
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                ended = depth == 0;
            }
        } catch (JacksonException malformed) {
            throw notOne(pointer);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static InvalidImport notOne(String pointer) {
        return InvalidImport.of(
                pointer, "document", "must be one JSON or YAML document of at most 1 MiB, without aliases or tags");
    }
}
