package execution.gateway;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import secrets.HandOut;
import tenancy.Refusal.FieldError;
import tools.jackson.databind.JsonNode;

/** Reads what an operation hands out, and adds what is wrong with it to the document's faults. */
final class HandOutReader {

    private HandOutReader() {}

    /**
     * @param privateHosts that may have a private address
     * @param at pointer to what is read
     * @return null for an operation that calls its system
     */
    static @Nullable HandOut read(JsonNode wanted, Set<String> privateHosts, String at, List<FieldError> faults) {
        if (wanted.isMissingNode()) {
            return null;
        }
        HandOut.Kind kind =
                HandOut.Kind.valueOf(wanted.path("kind").stringValue().toUpperCase(Locale.ROOT));
        String audience = text(wanted, "audience");
        String resource = text(wanted, "resource");
        if (kind == HandOut.Kind.WORKLOAD_TOKEN) {
            if (audience == null) {
                faults.add(new FieldError(
                        at + "/audience", "required", "must name the one system that takes the workload token"));
            }
            if (resource != null) {
                faults.add(new FieldError(at + "/resource", "kind", "is for tokens of a token endpoint"));
            }
        }
        if (kind == HandOut.Kind.CLIENT_CREDENTIALS && audience != null) {
            faults.add(
                    new FieldError(at + "/audience", "kind", "must be a resource for client credentials (RFC 8707)"));
        }
        URI endpoint = endpoint(wanted, kind, privateHosts, at, faults);
        return new HandOut(
                kind,
                audience,
                wanted.path("scopes").values().stream()
                        .map(JsonNode::stringValue)
                        .toList(),
                resource,
                lifetime(wanted, at, faults),
                endpoint,
                endpoint != null && privateHosts.contains(TargetUrl.host(endpoint)));
    }

    private static @Nullable URI endpoint(
            JsonNode wanted, HandOut.Kind kind, Set<String> privateHosts, String at, List<FieldError> faults) {
        String text = text(wanted, "token_endpoint");
        if (text == null) {
            return null;
        }
        if (kind != HandOut.Kind.TOKEN_EXCHANGE) {
            faults.add(new FieldError(at + "/token_endpoint", "kind", "is only where a token is exchanged"));
            return null;
        }
        URI endpoint = TargetUrl.read(text).orElse(null);
        if (endpoint == null
                || !endpoint.getScheme().equals("https") && !privateHosts.contains(TargetUrl.host(endpoint))) {
            faults.add(new FieldError(
                    at + "/token_endpoint",
                    "insecure",
                    "must be an https URL without user and fragment, or of a private host that an operator allowed"));
            return null;
        }
        return endpoint;
    }

    private static Duration lifetime(JsonNode wanted, String at, List<FieldError> faults) {
        String text = text(wanted, "lifetime");
        if (text == null) {
            return HandOut.LONGEST;
        }
        Duration lifetime = Duration.parse(text);
        if (lifetime.compareTo(Duration.ofSeconds(1)) < 0 || lifetime.compareTo(HandOut.LONGEST) > 0) {
            faults.add(new FieldError(at + "/lifetime", "range", "must be PT1S to PT5M"));
            return HandOut.LONGEST;
        }
        return lifetime;
    }

    private static @Nullable String text(JsonNode in, String member) {
        JsonNode text = in.path(member);
        return text.isString() ? Objects.requireNonNull(text.stringValue()) : null;
    }
}
