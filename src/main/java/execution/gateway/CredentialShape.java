package execution.gateway;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.Refusal.FieldError;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a credential is put on the requests of an operation, as its connector says. Never in the URL: addresses are
 * logged by every proxy and server on the way.
 *
 * @param header where it goes; absent where the way itself says so
 * @param scopes that an OAuth 2.0 token needs for this operation
 * @param resource the audience of such a token (RFC 8707)
 */
record CredentialShape(
        As as,
        @Nullable String header,
        List<String> scopes,
        @Nullable String resource) {

    private static final String MEMBER = "credential";

    CredentialShape {
        scopes = List.copyOf(scopes);
    }

    /** The ways. */
    enum As {
        /** {@code Authorization: Bearer} (RFC 6750). */
        BEARER,
        /** {@code Authorization: Basic} (RFC 7617). */
        BASIC,
        /** As it is, in a header that the connector names. */
        HEADER,
        /** In the TLS handshake: nothing of it is in the request. */
        CLIENT_CERTIFICATE
    }

    /** The shapes of a document's operations, by name; an operation without one has none. */
    static Map<String, CredentialShape> all(
            JsonNode document, URI base, boolean mayBePrivate, List<FieldError> faults) {
        Map<String, CredentialShape> shapes = new HashMap<>();
        document.path("operations").properties().forEach(operation -> {
            JsonNode own = operation.getValue().path(MEMBER);
            boolean none = own.isString() || operation.getValue().has("hand_out");
            if (!none && (own.isObject() || document.has(MEMBER))) {
                String at = own.isObject()
                        ? CanonicalJson.below("/operations", operation.getKey()) + "/" + MEMBER
                        : "/" + MEMBER;
                CredentialShape shape = shape(merged(document.path(MEMBER), own), at, faults);
                check(shape, base, mayBePrivate, operation.getValue(), at, faults);
                shapes.put(operation.getKey(), shape);
            }
        });
        return Map.copyOf(shapes);
    }

    /** What the operation says counts, and the rest is the connector's. */
    private static ObjectNode merged(JsonNode connectors, JsonNode own) {
        ObjectNode merged = JsonNodeFactory.instance.objectNode();
        connectors.properties().forEach(member -> merged.set(member.getKey(), member.getValue()));
        own.properties().forEach(member -> merged.set(member.getKey(), member.getValue()));
        return merged;
    }

    private static CredentialShape shape(JsonNode merged, String at, List<FieldError> faults) {
        As as = As.BEARER;
        if (merged.has("as")) {
            as = As.valueOf(merged.path("as").stringValue().toUpperCase(Locale.ROOT));
        } else {
            faults.add(new FieldError(at + "/as", "required", "must say how the credential is sent"));
        }
        String header = merged.path("header").isString() ? merged.path("header").stringValue() : null;
        if ((as == As.HEADER) != (header != null)) {
            faults.add(new FieldError(at + "/header", "header", "is for credentials that are sent as a header"));
        }
        String resource =
                merged.path("resource").isString() ? merged.path("resource").stringValue() : null;
        return new CredentialShape(
                as,
                header,
                merged.path("scopes").values().stream()
                        .map(JsonNode::stringValue)
                        .toList(),
                resource);
    }

    private static void check(
            CredentialShape shape,
            URI base,
            boolean mayBePrivate,
            JsonNode operation,
            String at,
            List<FieldError> faults) {
        String header = shape.header();
        if (header != null) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (ConnectorReader.RESERVED_HEADERS.contains(lower) && !lower.equals("authorization")) {
                faults.add(new FieldError(
                        at + "/header", "reserved", "must not be a header that the gateway sets itself"));
            }
            if (header.equalsIgnoreCase(operation.path("idempotency_header").asString(""))) {
                faults.add(new FieldError(at + "/header", "reserved", "must not be where the idempotency key goes"));
            }
        }
        boolean plain = !"https".equals(base.getScheme());
        if (plain && (shape.as() == As.CLIENT_CERTIFICATE || !mayBePrivate)) {
            faults.add(new FieldError(
                    at, "insecure", "is only sent over https, or to a private host that an operator allowed"));
        }
    }
}
