package execution.gateway;

import com.networknt.schema.ExecutionContext;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaContext;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.keyword.Keyword;
import com.networknt.schema.keyword.KeywordValidator;
import com.networknt.schema.path.NodePath;
import com.networknt.schema.vocabulary.Vocabularies;
import com.networknt.schema.vocabulary.Vocabulary;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A keyword of JSON Schema that counts what it takes to apply it: the library counts keywords, whatever their values' size. */
record Weighed(Keyword keyword) implements Keyword {

    /** The library knows their validators by their classes; formats are bounded themselves. */
    private static final Set<String> AS_THEY_ARE = Set.of("$ref", "$dynamicRef", "$recursiveRef", "format");

    private static final Set<String> COMPARING = Set.of("const", "enum");
    private static final String UNIQUE = "uniqueItems";

    /** A vocabulary of the library's, all of it weighed. */
    static @Nullable Vocabulary vocabulary(String id) {
        Vocabulary known = Vocabularies.getVocabulary(id);
        return known == null
                ? null
                : new Vocabulary(
                        id,
                        known.getKeywords().stream()
                                .map(keyword ->
                                        AS_THEY_ARE.contains(keyword.getValue()) ? keyword : new Weighed(keyword))
                                .toArray(Keyword[]::new));
    }

    @Override
    public String getValue() {
        return keyword.getValue();
    }

    @Override
    public @Nullable KeywordValidator newValidator(
            SchemaLocation location, JsonNode schema, Schema parent, SchemaContext context) throws Exception {
        KeywordValidator validator = keyword.newValidator(location, schema, parent, context);
        if (validator == null) {
            return null;
        }
        boolean unique = getValue().equals(UNIQUE) && schema.booleanValue(false);
        return new Counted(validator, unique || COMPARING.contains(getValue()), unique);
    }

    /** @param unique whether equal items are looked for */
    private record Counted(KeywordValidator validator, boolean compares, boolean unique) implements KeywordValidator {

        @Override
        public void validate(ExecutionContext context, JsonNode value, JsonNode root, NodePath at) {
            if (context instanceof Effort effort) {
                effort.look(value);
                if (compares) {
                    effort.compare(value);
                }
            }
            if (!unique) {
                validator.validate(context, value, root, at);
                return;
            }
            // The library finds them by their hashes, of which a caller can make as many equal ones as it likes.
            JsonNode twice = Spelled.twice(value);
            if (twice != null) {
                // Said in the library's words.
                validator.validate(
                        context, JsonNodeFactory.instance.arrayNode().add(twice).add(twice), root, at);
            }
        }

        @Override
        public void preloadSchema() {
            validator.preloadSchema();
        }

        @Override
        public String getKeyword() {
            return validator.getKeyword();
        }

        @Override
        public SchemaLocation getSchemaLocation() {
            return validator.getSchemaLocation();
        }
    }
}
