package execution.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import tenancy.TenantId;

/** Connector documents for tests. */
final class Documents {

    private Documents() {}

    /** One of the demo's documents. */
    static String demo(String system, String url) {
        try (InputStream document = Objects.requireNonNull(
                Documents.class.getResourceAsStream("/demo/connectors/%s.json".formatted(system)))) {
            return new String(document.readAllBytes(), StandardCharsets.UTF_8).replace("${sandbox}", url);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** A document with one operation {@code op}: the members come first, so that later ones can replace nothing. */
    static String of(String url, String members, String operation) {
        return """
            {"base_url":"%s","connect_timeout":"PT1S","read_timeout":"PT1S"%s,"operations":{"op":{%s}}}\
            """.formatted(url, members.isEmpty() ? "" : "," + members, operation);
    }

    static HttpOperation operation(String document, String name) {
        TargetSystem target = ConnectorReader.read(document);
        return new HttpOperation(
                new TenantId("tenant_acme"),
                "zendesk",
                1,
                target,
                Objects.requireNonNull(target.operations().get(name)));
    }
}
